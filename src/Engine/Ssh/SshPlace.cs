namespace CrCache.Ssh;

/// <summary>Room for one channel on a connection that is shared.</summary>
/// <param name="Line">The connection.</param>
/// <param name="Turn">How many had a place there before and with it.</param>
/// <param name="IsFirst">Whether nobody else had one when it was taken.</param>
internal sealed record SshPlace(SshLine Line, int Turn, bool IsFirst);
