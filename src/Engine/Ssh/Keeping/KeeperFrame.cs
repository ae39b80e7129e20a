namespace CrCache.Ssh.Keeping;

/// <summary>What passes between a keeper and who has a command run by it: a kind, a length in four bytes, the highest first, and so many bytes.</summary>
internal enum KeeperFrame : byte
{
    /// <summary>From the keeper, first of all: it serves.</summary>
    Ready = 1,

    /// <summary>To it, first: the command, as <see cref="KeeperText"/> has it.</summary>
    Call,

    /// <summary>From it: the command was started.</summary>
    Started,

    /// <summary>From it: there is no connection; the code of the error, if it has one, a line feed, and why.</summary>
    Failed,

    /// <summary>To it: bytes for the command's standard input; none for its end.</summary>
    Input,

    /// <summary>From it: bytes of the command's standard output; none for its end. Likewise the next.</summary>
    Output,

    Error,

    /// <summary>Either way: the kind of a stream, and how many bytes more may be sent of it.</summary>
    Credit,

    /// <summary>To it: columns and rows of the terminal.</summary>
    Resize,

    /// <summary>From it, last: how the command ended.</summary>
    End,
}
