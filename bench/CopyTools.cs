using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>Copies one thing by every tool, each into a directory of its own, and times it. Each is a whole process.</summary>
/// <param name="hosts">The host, and the tools' configurations for it.</param>
/// <param name="data">Where the thing is: the host is this machine.</param>
/// <param name="name">Its name there.</param>
/// <param name="place">Our lease of the host.</param>
/// <param name="isInward">Whether it is copied to the host; else from it.</param>
internal sealed class CopyTools(SshHosts hosts, TemporaryDirectory data, string name, string place, bool isInward)
{
    private const string Archive = "tar -C \"$3\" -cf - \"$4\" | ssh -F \"$1\" \"$2\" tar -C \"$5\" -xf -";
    private const string Unarchive = "ssh -F \"$1\" \"$2\" tar -C \"$3\" -cf - \"$4\" | tar -C \"$5\" -xf -";

    private readonly string _host = hosts.Names[0];

    /// <summary>The tools that are here.</summary>
    public IReadOnlyList<CopyTool> All { get; } =
        [.. Enum.GetValues<CopyTool>().Where(t => !t.ToString().Contains("Rsync", StringComparison.Ordinal) || Requirement.PathOf("rsync") is not null)];

    /// <summary>Copies it.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    public double Copy(CopyTool tool) => tool switch
    {
        CopyTool.Ours or CopyTool.OursAgain => hosts.Crcache("cp", From(place), To(CopyTool.Ours, place)),
        CopyTool.Scp => hosts.Other("scp", "-q", "-r", "-F", hosts.Usual, From(_host), To(tool, _host)),
        CopyTool.Rsync or CopyTool.RsyncAgain => Rsync(CopyTool.Rsync, hosts.Usual),
        CopyTool.KeptRsync or CopyTool.KeptRsyncAgain => Rsync(CopyTool.KeptRsync, hosts.Kept),
        CopyTool.Tar => Tar(tool, hosts.Usual),
        _ => Tar(tool, hosts.Kept),
    };

    /// <summary>Deletes what was copied, and waits until the disk has nothing to do for it any more.</summary>
    public async Task ClearAsync()
    {
        foreach (var tool in All.Where(t => Directory.Exists(Target(t))))
            Directory.Delete(Target(tool), recursive: true);
        (await ProcessRun.RunAsync(["sync"])).Success();
    }

    private double Rsync(CopyTool tool, string configuration) =>
        hosts.Other("rsync", "-a", "-e", $"ssh -F {configuration}", From(_host), To(tool, _host));

    private double Tar(CopyTool tool, string configuration) =>
        hosts.Other("sh", "-c", isInward ? Archive : Unarchive, "sh", configuration, _host, data.Path, name, Directory.CreateDirectory(Target(tool)).FullName);

    private string From(string far) => isInward ? data.Combine(name) : $"{far}:{data.Combine(name)}";

    private string To(CopyTool tool, string far)
    {
        var path = Directory.CreateDirectory(Target(tool)).FullName;
        return isInward ? $"{far}:{path}" : path;
    }

    private string Target(CopyTool tool) => data.Combine($"by-{tool}");
}
