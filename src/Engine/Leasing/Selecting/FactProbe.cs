using CrCache.Routes;
using CrCache.Sources;

namespace CrCache.Leasing.Selecting;

/// <summary>Finds the facts of a resource by a command on it.</summary>
internal static class FactProbe
{
    private const string Mark = "crcache-fact ";

    /// <summary>
    /// POSIX sh that writes lines <c>crcache-fact NAME TEXT</c>. It writes nothing of what it cannot find; the first line end
    /// is for talk of a login shell that did not end its own.
    /// </summary>
    public const string Script =
        $$"""
        exec 2>/dev/null
        fact() { [ -n "$2" ] && printf '{{Mark}}%s %s\n' "$1" "$2"; }
        echo
        fact os "$(uname -s)"
        fact arch "$(uname -m)"
        fact kernel "$(uname -r)"
        fact cores "$({{ProcessorProbe.Script}})"
        lines() {
          [ -r "$2" ] && while read -r line; do
            case $line in $3|$4) fact "$1" "$line" ;; esac
          done <"$2"
        }
        lines memory /proc/meminfo 'MemTotal:*' 'MemTotal:*'
        if [ -r /etc/os-release ]; then release=/etc/os-release; else release=/usr/lib/os-release; fi
        lines release "$release" 'ID=*' 'VERSION_ID=*'
        for dotnet in "${DOTNET_ROOT:-/nonexistent}/dotnet" "$(command -v dotnet)" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet "${HOME:-/nonexistent}/.dotnet/dotnet"; do
          [ -x "$dotnet" ] && [ ! -d "$dotnet" ] || continue
          runtimes=$("$dotnet" --list-runtimes </dev/null | while read -r name version rest; do
            [ "$name" = Microsoft.NETCore.App ] && fact runtime "$version"
          done)
          [ -n "$runtimes" ] && printf '%s\n' "$runtimes" && break
        done
        exit 0
        """;

    /// <summary>Whether commands of a route are plain ones of this machine, so that <see cref="LocalFacts"/> are its facts.</summary>
    public static bool IsHere(Route route) => route is { Via: null, IsPlain: true };

    /// <summary>Asks a resource. A fact that it cannot tell, for instance for want of a tool, is absent.</summary>
    /// <param name="start">Starts a command on the resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ResourceException">The way to the resource failed.</exception>
    public static async Task<Facts> AskAsync(Func<ResourceCommand, CancellationToken, Task<RunningCommand>> start, CancellationToken cancellationToken)
    {
        var command = await start(new ResourceCommand { Arguments = ["sh", "-c", Script] }, cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.StandardInput.Close();

            // The last bytes only: what a resource says must not fill this process's memory.
            var talk = Tail.ReadAsync(command.StandardError, cancellationToken);
            var output = await Tail.ReadAsync(command.StandardOutput, cancellationToken).ConfigureAwait(false);
            await command.WaitAsync(cancellationToken).ConfigureAwait(false);
            await talk.ConfigureAwait(false);
            return Parse(output.Lines());
        }
    }

    /// <summary>Reads what the script wrote; other lines are passed over.</summary>
    public static Facts Parse(IEnumerable<string> lines)
    {
        FactReport report = new();
        foreach (var line in lines.Where(l => l.StartsWith(Mark, StringComparison.Ordinal)))
        {
            var (name, text) = line[Mark.Length..].Split(' ', 2) is [var first, var rest] ? (first, rest) : ("", "");
            switch (name)
            {
                case "os":
                    report.AddSystem(text);
                    break;
                case "arch" or "kernel":
                    report.Add(name, text);
                    break;
                case "cores":
                    report.AddCores(ProcessorProbe.Parse(text));
                    break;
                case "memory":
                    report.AddMemory(text);
                    break;
                case "release":
                    report.AddRelease(text);
                    break;
                case "runtime":
                    report.AddRuntime(text);
                    break;
                default:
                    break;
            }
        }

        return report.Facts;
    }
}
