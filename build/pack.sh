#!/bin/sh
# Packs every package to artifacts/package/release. The command line is packed for every platform, and once more compiled
# natively for this one where gcc or clang and zlib's headers are there.
set -eu
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
rm -f artifacts/package/release/*.nupkg

for project in Engine Tasks TestAdapter Cli; do
    dotnet pack "src/$project" --configuration Release --nologo --verbosity quiet
done
dotnet pack src/Cli --configuration Release --runtime any -p:PublishAot=false --nologo --verbosity quiet

if { command -v gcc || command -v clang; } >/dev/null && [ -e /usr/include/zlib.h ]; then
    dotnet pack src/Cli --configuration Release --use-current-runtime --nologo --verbosity quiet
else
    echo "not packed: a native crcache, which needs gcc or clang and zlib's headers" >&2
fi

ls artifacts/package/release
