namespace CrCache.Cli;

/// <summary>Nobody reads standard output any more.</summary>
internal sealed class OutputClosedException() : IOException("nobody reads standard output any more");
