namespace CrCache.Ssh;

/// <summary>How an option of ssh_config is read.</summary>
internal enum SshOptionKind
{
    /// <summary>Known, and of no meaning to a command over this transport.</summary>
    Harmless,

    /// <summary>One word; the first counts.</summary>
    Text,

    /// <summary>Several words; the first line counts.</summary>
    Texts,

    /// <summary>One word a line; every line counts.</summary>
    Added,

    /// <summary>A whole number; the first counts.</summary>
    Number,

    /// <summary>A length of time; the first counts.</summary>
    Time,

    /// <summary>One of some words; the first counts.</summary>
    Choice,

    /// <summary>A command, which is the rest of the line; the first counts.</summary>
    Command,
}
