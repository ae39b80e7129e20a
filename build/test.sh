#!/bin/sh
# Builds everything, checks the format and runs every test. Needs git and the .NET SDK, nothing else:
# what a test needs beyond that and does not find, it skips with the reason (listed at the end).
#
#   sh build/test.sh              everything
#   sh build/test.sh Cli House    the test projects Cli.Tests and House.Tests only
#
# The last line is the sum: N passed, N failed, N skipped. The exit code is 0 only if nothing failed and something passed.
set -eu
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

if [ $# -eq 0 ]; then
    set -- tests/*.Tests
else
    names=$*
    set --
    for name in $names; do set -- "$@" "tests/${name%.Tests}.Tests"; done
fi

echo "== build"
if ! dotnet restore CrCache.sln --verbosity quiet ||
    ! dotnet build CrCache.sln --configuration Release --no-restore --nologo --verbosity quiet -warnaserror; then
    printf '\nthe build failed\n\n0 passed, 1 failed, 0 skipped\n'
    exit 1
fi

echo "== format"
if ! dotnet format CrCache.sln --no-restore --verify-no-changes; then
    echo "format" >> "$results/unsuccessful"
fi

for project in "$@"; do
    name=${project##*/}
    echo "== $name"
    if ! dotnet test "$project" --configuration Release --no-build --nologo \
        --logger "trx;LogFileName=$name.trx" --results-directory "$results" \
        --blame-hang-timeout 8m --blame-hang-dump-type none; then
        echo "$name" >> "$results/unsuccessful"
    fi
done

# A result file has at most one XML element a line; a skipped test's reason is its message.
for project in "$@"; do
    name=${project##*/}
    if [ -f "$results/$name.trx" ]; then sed "s|^|$name\t|" "$results/$name.trx" && echo; fi
done > "$results/all"
if [ -f "$results/unsuccessful" ]; then sed 's|$|\tunsuccessful|' "$results/unsuccessful" >> "$results/all"; fi

awk -F '\t' '
    function attribute(line, key,    rest) {
        rest = substr(line, index(line, " " key "=\"") + length(key) + 3)
        return substr(rest, 1, index(rest, "\"") - 1)
    }
    function text(s) {
        gsub(/<[^>]*>/, "", s); gsub(/&#xD;|&#xA;/, " ", s); gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s)
        gsub(/&quot;/, "\"", s); gsub(/&#39;|&apos;/, "\047", s); gsub(/&amp;/, "\\&", s); gsub(/^[ \t]+|[ \t\r]+$/, "", s)
        return s
    }
    $2 ~ /<UnitTestResult / {
        test = text(attribute($2, "testName")); outcome = attribute($2, "outcome"); reason = ""
        if (outcome == "Passed") passed++
        else if (outcome == "NotExecuted") { skipped++; order[skipped] = test }
        else { failed++; bad[$1]++; failures[failed] = $1 ": " test }
    }
    outcome == "NotExecuted" && /<(Message|StdOut)>/ && !(test in reasons) { reasons[test] = text($2) }
    $2 == "unsuccessful" && !bad[$1] { failed++; failures[failed] = $1 ": failed, and not in one of its tests (see above)" }
    END {
        if (skipped) print "\n== skipped"
        for (i = 1; i <= skipped; i++) print order[i] ": " reasons[order[i]]
        if (failed) print "\n== failed"
        for (i = 1; i <= failed; i++) print failures[i]
        printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0 || passed == 0
    }' "$results/all"
