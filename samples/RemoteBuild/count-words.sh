#!/bin/sh
# Writes a C# class of the five words that the given files use most. Runs on a builder: a POSIX shell is all it needs.
set -eu
printf 'internal static class Words\n{\n'
printf '    public const string CountedOn = "%s";\n' "$(uname -n)"
printf '    public static readonly (string Word, int Count)[] MostUsed =\n    [\n'
cat "$@" | tr -cs '[:alpha:]' '\n' | tr '[:upper:]' '[:lower:]' | sort | uniq -c | sort -k1,1nr -k2 | head -n 5 |
    while read -r count word; do printf '        ("%s", %d),\n' "$word" "$count"; done
printf '    ];\n}\n'
