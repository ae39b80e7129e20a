namespace CrCache.Cli.Tests.Stress;

/// <summary>What ends a lease when its taker was killed before it could say what it got.</summary>
internal enum StressTie
{
    /// <summary>It has its taker's name, who gives back all that he has.</summary>
    Name,

    /// <summary>It belongs to a process, which is killed.</summary>
    Process,

    /// <summary>It ends soon by itself.</summary>
    Time,
}
