#!/bin/sh
# Packs every package to artifacts/package/release. The command line is packed for every platform, and once more compiled
# natively where this is linux-x64 (glibc) with gcc or clang and zlib's headers.
#
#   sh build/pack.sh              everything
#   sh build/pack.sh Cli          src/Cli only
#
# ArtifactsPath in the environment stands for artifacts/, as everywhere in the build.
set -eu
cd "$(dirname "$0")/.."

# A node that another build has left may end with what that build held.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
export ArtifactsPath="${ArtifactsPath:-$PWD/artifacts}"
[ $# -gt 0 ] || set -- Engine Tasks TestAdapter Cli

pack() { dotnet pack --configuration Release --nologo --verbosity quiet "$@"; }

rm -f "$ArtifactsPath"/package/release/*.nupkg
for project in "$@"; do
    if [ "$project" != Cli ]; then
        pack "src/$project"
    elif { command -v gcc || command -v clang; } >/dev/null && [ -e /usr/include/zlib.h ] && [ -e /lib64/ld-linux-x86-64.so.2 ]; then
        pack src/Cli
        pack src/Cli --runtime linux-x64
        pack src/Cli --runtime any -p:PublishAot=false
    else
        echo "not packed: a native crcache, which needs linux-x64 with gcc or clang and zlib's headers" >&2
        # The package that an installation begins with names the others: one that is not there must not be among them.
        pack src/Cli -p:ToolPackageRuntimeIdentifiers=any
        pack src/Cli --runtime any -p:PublishAot=false -p:ToolPackageRuntimeIdentifiers=any
    fi
done

ls "$ArtifactsPath/package/release"
