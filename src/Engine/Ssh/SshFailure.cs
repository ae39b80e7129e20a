namespace CrCache.Ssh;

#pragma warning disable CA1064 // It is caught by the route, which knows the resource's name; no caller sees it.
/// <summary>A host cannot be reached, or does not let one in. The message is for the user, without the name of the resource.</summary>
internal sealed class SshFailure(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The code of the error; null for that of a way that failed.</summary>
    public string? Code { get; init; }

    /// <summary>Where the configuration is wrong; null where it is not that.</summary>
    public SourceLocation? Setting { get; init; }

    /// <summary>Whether nothing is wrong with the host: it has too much to do just now, and can be asked again.</summary>
    public bool IsBusy { get; init; }
}
