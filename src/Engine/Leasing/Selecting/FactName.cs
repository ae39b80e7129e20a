namespace CrCache.Leasing.Selecting;

/// <summary>What a fact or a label may be called: ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, the first a letter, digit or <c>_</c>.</summary>
internal static class FactName
{
    private const int MaximumLength = 100;

    public static bool Is(string text) => text.Length is > 0 and <= MaximumLength && MayBegin(text[0]) && text.All(MayHold);

    /// <summary>Whether only the resource itself can say it.</summary>
    public static bool IsFound(string name) =>
        name.ToLowerInvariant() is "os" or "arch" or "kernel" or "cores" or "memory" or "distro" or "distroversion" or "dotnet";

    public static bool MayBegin(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    public static bool MayHold(char c) => MayBegin(c) || c is '-' or '.';
}
