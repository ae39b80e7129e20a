namespace CrCache.Routes;

/// <summary>What a child process gets for one of its standard streams.</summary>
internal enum StreamUse
{
    /// <summary>A pipe to this process.</summary>
    Pipe,

    /// <summary>This process's own.</summary>
    Inherit,

    /// <summary><c>/dev/null</c>.</summary>
    Nothing,

    /// <summary>For standard error: wherever standard output goes.</summary>
    Output,
}
