namespace CrCache.Ssh;

/// <summary>The terminal that a command gets.</summary>
/// <param name="Type">What <c>TERM</c> says.</param>
/// <param name="Columns">Its width in characters.</param>
/// <param name="Rows">Its height in lines.</param>
internal sealed record SshTerminal(string Type, int Columns, int Rows);
