namespace CrCache.Routes;

/// <summary>Another user to run as.</summary>
internal static class UserLab
{
    /// <summary>The way to a user that every system has, and that has no shell of its own.</summary>
    public static Route Route { get; } = new() { User = "nobody", Environment = new Dictionary<string, string> { ["SHELL"] = "/bin/sh" } };

    public static void Require()
    {
        Assert.SkipWhen(Requirement.Sudo.IsMissing(out var reason), reason);
        Assert.SkipWhen(Requirement.Root.IsMissing(out reason), reason);
    }
}
