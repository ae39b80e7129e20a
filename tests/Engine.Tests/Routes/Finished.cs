using System.Text;

namespace CrCache.Routes;

/// <summary>A command that ran to its end, and all it said.</summary>
internal sealed record Finished(int ExitCode, int? Signal, byte[] OutputBytes, byte[] ErrorBytes)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string Error => Encoding.UTF8.GetString(ErrorBytes);

    /// <summary>Runs a command with its streams read and written at the same time.</summary>
    public static async Task<Finished> RunAsync(ResolvedRoute route, ResourceCommand command, byte[]? input = null)
    {
        await using var running = await route.StartAsync(command, CancellationToken.None);
        var output = ReadAsync(running.StandardOutput);
        var error = ReadAsync(running.StandardError);
        await running.StandardInput.WriteAsync(input ?? []);
        await running.StandardInput.DisposeAsync();
        var result = await running.WaitAsync(CancellationToken.None);
        return new(result.ExitCode, result.Signal, await output, await error);
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
