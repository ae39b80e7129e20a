namespace CrCache.TestAdapter.Protocol;

/// <summary>The other side of a connection does not speak the test platform's protocol.</summary>
internal sealed class ProtocolException(string message, Exception? innerException = null) : IOException(message, innerException);
