namespace CrCache.Lab;

/// <summary>
/// A container engine of the tests' own, with one image, <see cref="Image"/>, a busybox. Nothing of the machine's engines, and nothing of
/// its network, is read or changed: containers have <c>network=none</c>. It ends with the test process, however that ends.
/// </summary>
public sealed class ContainerEngine : IDisposable
{
    /// <summary>Its image.</summary>
    public const string Image = "crcache-test:1";

    // The shell holds a pipe from this process: it reads the end of file where this process is killed. What is mounted is let go first.
    private const string Start =
        """
        dockerd=$0 dir=$1 engine=$2 p=; shift 2
        up() {
          "$dockerd" --data-root "$dir/data" --exec-root "$dir/exec" -p "$dir/pid" -H "unix://$dir/socket" --bridge=none --iptables=false --ip6tables=false --ip-forward=false >>"$dir/log" 2>&1 & p=$!
          until "$@" version >/dev/null 2>&1; do kill -0 "$p" 2>/dev/null || { tail -n 3 "$dir/log" >&2; exit 1; }; sleep 0.1; done
        }
        down() { [ -z "$p" ] || { kill "$p"; wait "$p"; }; }
        end() {
          ids=$("$@" ps -aq)
          [ -z "$ids" ] || { "$@" kill $ids; "$@" rm -f $ids; }
          down
          for i in 0 1 2 3 4 5 6 7 8 9; do
            while read -r _ _ _ _ m _; do case $m in "$dir"/*) echo "$m" ;; esac; done </proc/self/mountinfo | sort -r | while read -r m; do umount -l "$m"; done
            rm -rf --one-file-system "$dir/storage" && break
            sleep 0.5
          done
        }
        [ "$engine" = podman ] || up "$@"
        tar -c -C "$dir/root" . | "$@" import - crcache-test:1 >/dev/null || exit
        echo ready
        while read -r _; do down; up "$@"; echo again; done
        end "$@" >/dev/null 2>&1
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly ProcessRun _run;

    private ContainerEngine(string name)
    {
        Name = name;
        Directory.CreateSymbolicLink(_directory.Combine("root"), BusyboxRoot.Path);
        _directory.Write("containers.conf", """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            """);
        Program = name == "docker"
            ? ["docker", "--host", $"unix://{Socket}"]
            : ["env", $"CONTAINERS_CONF={_directory.Combine("containers.conf")}", "podman", "--root", _directory.Combine("storage"), "--runroot", _directory.Combine("run")];
        _run = ProcessRun.Start(["sh", "-c", Start, Requirement.PathOf("dockerd") ?? "", _directory.Path, name, .. Program], keepInputOpen: true);
    }

    /// <summary>What is needed for docker.</summary>
    public static Requirement Docker { get; } = Missing("docker", ["dockerd", "docker", "containerd", "runc"], "docker.io");

    /// <summary>What is needed for podman.</summary>
    public static Requirement Podman { get; } = Missing("podman", ["podman", "runc"], "podman runc");

    /// <summary><c>docker</c> or <c>podman</c>.</summary>
    public string Name { get; }

    /// <summary>The words that call its program.</summary>
    public IReadOnlyList<string> Program { get; }

    /// <summary>Docker's socket.</summary>
    public string Socket => _directory.Combine("socket");

    /// <summary>A line or two of source.conf for a source of its containers.</summary>
    public string Configuration => $"type={Name}\nimage={Image}\nnetwork=none\npull=never\ncli={string.Join(' ', Program)}";

    /// <summary>Starts one.</summary>
    /// <param name="name"><c>docker</c> or <c>podman</c>.</param>
    public static async Task<ContainerEngine> StartAsync(string name)
    {
        ContainerEngine engine = new(name);
        await Eventually.True(() => engine._run.OutputSoFar.Contains("ready", StringComparison.Ordinal) || engine._run.HasExited, what: $"{name} to start");
        return engine._run.HasExited ? throw new InvalidOperationException($"{name} does not start: {engine._run.ErrorSoFar}") : engine;
    }

    /// <summary>Has its program do something.</summary>
    /// <param name="words">What.</param>
    /// <returns>What it wrote.</returns>
    public async Task<string> AskAsync(params string[] words) => (await ProcessRun.RunAsync([.. Program, .. words])).Success().Output;

    /// <summary>Starts docker anew, as the machine's start would: what ran is there, and does not run any more.</summary>
    public async Task RestartAsync()
    {
        var before = _run.OutputSoFar.Length;
        await _run.Input.WriteAsync("again\n"u8.ToArray());
        await _run.Input.FlushAsync();
        await Eventually.True(() => _run.OutputSoFar.Length > before || _run.HasExited, what: "docker to start again");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Input.Dispose();
        _run.WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();
        _run.Dispose();
        File.Delete(_directory.Combine("root"));
        _directory.Dispose();
    }

    private static Requirement Missing(string name, string[] programs, string packages) => new(name, () =>
        !Environment.IsPrivilegedProcess ? "root is needed for a container engine, this is another user"
        : programs.FirstOrDefault(p => Requirement.PathOf(p) is null) is { } missing ? $"{missing} is not installed: apt-get install {packages}"
        : Requirement.PathOf("busybox") is null ? "busybox is not installed: apt-get install busybox-static"
        : null);
}
