using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Ways to this machine on which <c>tar</c> is something else.</summary>
internal sealed class FarTools(TemporaryDirectory directory)
{
    /// <summary>A way on which tar is a script; asked for its version it is the real one, which is also <c>$TAR</c>.</summary>
    public Route WithTar(string name, string script)
    {
        var tar = directory.Write($"tools-{name}/tar", $"#!/bin/sh\nTAR={Requirement.PathOf("tar")}\n[ \"$1\" != --version ] || exec $TAR \"$@\"\n{script}\n");
        File.SetUnixFileMode(tar, (UnixFileMode)0b111_101_101);
        return new() { Prefix = ["env", $"PATH={Path.GetDirectoryName(tar)}:{Environment.GetEnvironmentVariable("PATH")}"] };
    }
}
