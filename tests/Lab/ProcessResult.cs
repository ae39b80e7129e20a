using System.Text;

namespace CrCache.Lab;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + the signal's number where a signal ended it.</param>
/// <param name="OutputBytes">What it wrote to standard output.</param>
/// <param name="ErrorBytes">What it wrote to standard error.</param>
public sealed record ProcessResult(int ExitCode, byte[] OutputBytes, byte[] ErrorBytes)
{
    /// <summary>Standard output as text.</summary>
    public string Output { get; } = Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Standard error as text.</summary>
    public string Error { get; } = Encoding.UTF8.GetString(ErrorBytes);

    /// <summary>Standard output's lines, without the last line's end.</summary>
    public IReadOnlyList<string> OutputLines => Output.Length == 0 ? [] : Output.TrimEnd('\n').Split('\n');

    /// <summary>The result itself where the process exited with 0.</summary>
    /// <returns>This result.</returns>
    /// <exception cref="InvalidOperationException">It did not; both streams are shown.</exception>
    public ProcessResult Success() => ExitCode == 0 ? this : throw new InvalidOperationException(ToString());

    /// <inheritdoc/>
    public override string ToString() => $"exit code {ExitCode}\nstdout:\n{Output}\nstderr:\n{Error}";
}
