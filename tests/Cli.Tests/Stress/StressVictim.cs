namespace CrCache.Cli.Tests.Stress;

/// <summary>Who is killed.</summary>
internal enum StressVictim
{
    /// <summary>The <c>crcache</c> process, whatever it is doing.</summary>
    Command,

    /// <summary>The <c>crcache</c> process, while it runs a hook or a command, which lives on.</summary>
    CommandWithChild,

    /// <summary>A hook, or the command that is run.</summary>
    Child,

    /// <summary>The <c>crcache</c> process, which is only asked to end, and undoes what it has begun.</summary>
    Asked,
}
