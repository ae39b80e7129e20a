#!/bin/sh
# Measures CrCache against its peers and prints a Markdown table: docs/benchmarks.md says what and why.
# Needs what a native build needs: gcc or clang, and zlib's headers.
#
#   sh build/bench.sh                     everything, some minutes
#   sh build/bench.sh --pairs 10 start    one part (start, sources, cycles, sizes, places, ssh, copies, tests), fewer repetitions
set -eu
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
out=artifacts/bench
mkdir -p "$out/feed"
rm -f "$out"/feed/*.nupkg

{
    dotnet publish src/Cli --configuration Release --use-current-runtime --nologo --verbosity quiet --output "$out/crcache"
    for project in $(grep -rl --include='*.csproj' '<PackageId>CrCache.TestAdapter<' src); do
        dotnet pack "$project" --configuration Release --nologo --verbosity quiet --output "$out/feed"
    done
    dotnet build bench --configuration Release --nologo --verbosity quiet
} >&2

exec artifacts/bin/Bench/release/CrCache.Bench --command "$out/crcache/crcache" --feed "$out/feed" "$@"
