#!/bin/sh
# The main job: the tests of samples/Shop, first in one place as they are without CrCache, then spread over the places that
# the sample's own .crcache configures. Needs git and the .NET SDK, nothing else. Writes to artifacts/ and the sample's own
# directory; the leases are kept in CrCache's store in your home, as in daily use.
set -eu
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

echo "== packing CrCache.TestAdapter"
rm -f artifacts/package/release/CrCache.TestAdapter.*.nupkg
dotnet pack src/TestAdapter --configuration Release --nologo --verbosity quiet

# A package of the same version as last time may still be another one: it must not be taken from NuGet's folder.
export NUGET_PACKAGES="$PWD/artifacts/try/packages"
rm -rf "$NUGET_PACKAGES"/crcache.*

echo "== building samples/Shop"
cd samples/Shop
dotnet build --nologo --verbosity quiet

echo "== dotnet test, without CrCache (one class after another: half a minute to a minute)"
# It says nothing until it is done; a point every other second does.
while sleep 2; do printf . >&2; done &
points=$!
trap 'kill "$points" 2>/dev/null' EXIT
before=$(date +%s)
dotnet test --no-build --nologo -p:CrCacheSource= "$@"
kill "$points"
trap - EXIT
alone=$(($(date +%s) - before))

echo "== dotnet test, with CrCache"
before=$(date +%s)
dotnet test --no-build --nologo "$@"
spread=$(($(date +%s) - before))

printf '\nwithout CrCache %s s, with CrCache %s s\n' "$alone" "$spread"
