using System.Text;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A script at the other end of a copy.</summary>
internal sealed class FarCommand : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly RunningCommand _running;
    private readonly CopyPath _about;
    private readonly Task<Tail> _error;

    private FarCommand(RunningCommand running, CopyPath about)
    {
        (_running, _about) = (running, about);
        _error = Tail.ReadAsync(running.StandardError, CancellationToken.None);
    }

    public Stream Input => _running.StandardInput;

    public Stream Output => _running.StandardOutput;

    /// <summary>Names in what it says, and what a user knows them as.</summary>
    public IReadOnlyList<(string Said, string Shown)> Names { get; set; } = [(": f/", ": ")];

    /// <summary>Starts a script.</summary>
    /// <param name="route">The way there.</param>
    /// <param name="about">What is copied, for messages.</param>
    /// <param name="script">The script, its name and its arguments.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FarCommand> StartAsync(
        ResolvedRoute route, CopyPath about, IReadOnlyList<string> script, CancellationToken cancellationToken)
    {
        // Names that are not UTF-8 get through what takes text only.
        var arguments = script.Skip(2);
        var (prologue, escaped) = arguments.Any(FileName.HasBytes) ? (FarScripts.Unescape, arguments.Select(Escape)) : ("", arguments);

        // Messages and names alike in every country; a resource need not have env(1).
        ResourceCommand command = new() { Arguments = ["/bin/sh", "-c", $"LC_ALL=C; export LC_ALL\n{prologue}{script[0]}", script[1], .. escaped] };
        return new(await route.StartAsync(command, cancellationToken).ConfigureAwait(false), about);
    }

    /// <summary>A text in which nothing but letters, digits and slashes stands for itself, as printf's <c>%b</c> reads it.</summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new();
        foreach (var value in FileName.Encode(text))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'/' or (byte)'.' or (byte)'-')
                escaped.Append((char)value);
            else
                escaped.Append("\\0").Append(Convert.ToString(value, 8).PadLeft(3, '0'));
        }

        return escaped.ToString();
    }

    /// <summary>Gives it names, each ended by NUL, and nothing after them. One that ends early says why itself.</summary>
    public async Task FeedAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        try
        {
            using MemoryStream part = new();
            foreach (var name in names)
            {
                part.Write(FileName.Encode(name));
                part.WriteByte(0);
                if (part.Length < 64 * 1024)
                    continue;
                await Input.WriteAsync(part.GetBuffer().AsMemory(0, (int)part.Length), cancellationToken).ConfigureAwait(false);
                part.SetLength(0);
            }

            if (part.Length > 0)
                await Input.WriteAsync(part.GetBuffer().AsMemory(0, (int)part.Length), cancellationToken).ConfigureAwait(false);
            await Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // RequireSuccessAsync tells.
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="tolerates">An exit code that is none of failure besides 0.</param>
    /// <exception cref="ResourceException">It failed; what it said is shown.</exception>
    public async Task RequireSuccessAsync(CancellationToken cancellationToken, int tolerates = 0)
    {
        var result = await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0 || result.ExitCode == tolerates)
            return;
        var lines = await SaidRawAsync(cancellationToken).ConfigureAwait(false);
        throw CopyFailure.Of(_about.ToString(), lines is [var first, ..] ? Clean(first) : $"its other side ended with exit code {result.ExitCode}");
    }

    /// <summary>What it said on its standard error, once it has ended.</summary>
    public async Task<IReadOnlyList<string>> SaidRawAsync(CancellationToken cancellationToken) =>
        (await _error.WaitAsync(cancellationToken).ConfigureAwait(false)).Lines();

    /// <summary>Lets it end by itself: it reads that there is nothing to do.</summary>
    public async Task LeaveAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await ((Task)_running.WaitAsync(CancellationToken.None)).WaitAsync(Grace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        // It may have a temporary directory to remove. A tar that was just being started may miss the signal, and reads on until
        // its input ends; the script around it has had the signal by then.
        _running.Signal(Terminate);
        await CloseAsync().ConfigureAwait(false);
        await _running.StopAsync(Grace).ConfigureAwait(false);
        await _running.DisposeAsync().ConfigureAwait(false);
        await ((Task)_error).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task CloseAsync()
    {
        try
        {
            await Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Nobody reads what was still to be written.
        }
    }

    private string Clean(string line) =>
        Names.Aggregate(line, (text, n) => text.Replace(n.Said, n.Shown, StringComparison.Ordinal))
            .Replace(": Cannot", ": cannot", StringComparison.Ordinal)
            .Replace(": Wrote only", ": the disk or a quota is full: wrote only", StringComparison.Ordinal);
}
