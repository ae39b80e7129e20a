namespace CrCache.Ssh;

/// <summary>What the conditions of an ssh_config are judged by.</summary>
/// <param name="User">Who reads it.</param>
/// <param name="Original">The host as it was asked for.</param>
/// <param name="Host">The host that <c>Host</c> lines mean.</param>
/// <param name="IsFinal">Whether the files are read a second time, because one of them asks for it.</param>
internal sealed record SshMatch(LocalUser User, string Original, string Host, bool IsFinal)
{
    /// <summary>Whether a <c>Host</c> line means this host.</summary>
    public bool IsHost(SshConfigLine line)
    {
        var found = false;
        foreach (var pattern in line.Arguments)
        {
            var negated = pattern is ['!', ..];
            if (pattern.Length == 0)
            {
                throw line.Wrong("an empty pattern");
            }

            if (SshPattern.Matches(Host, negated ? pattern.AsSpan(1) : pattern))
            {
                if (negated)
                {
                    return false;
                }

                found = true;
            }
        }

        return found;
    }

    /// <summary>Whether the conditions of a <c>Match</c> line hold.</summary>
    /// <param name="line">The line.</param>
    /// <param name="known">What was read of the options before it.</param>
    /// <param name="counts">False where nothing below it will count, so that no command would be run for it.</param>
    /// <param name="wantsFinal">Set where it asks for the files to be read a second time.</param>
    /// <exception cref="ConfigurationException">A condition is none, or not supported.</exception>
    public bool Holds(SshConfigLine line, SshOptionValues known, bool counts, ref bool wantsFinal)
    {
        var words = line.Arguments;
        var (holds, conditions) = (true, 0);
        if (words.Count == 0)
        {
            throw line.Wrong("it needs a condition, such as 'host NAME' or 'all'");
        }

        for (var at = 0; at < words.Count; at++)
        {
            var negated = words[at] is ['!', ..];
            var name = negated ? words[at][1..] : words[at];
            string? argument = null;
            if (name.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                (name, argument) = (name[..equals], name[(equals + 1)..]);
            }

            name = name.ToLowerInvariant();
            if (name == "all")
            {
                return conditions > 1 || at + 1 < words.Count
                    ? throw line.Wrong("'all' stands alone")
                    : holds && !negated;
            }

            conditions++;
            if (name is "final" or "canonical")
            {
                wantsFinal |= name == "final" && !negated;
                holds &= IsFinal != negated;
                continue;
            }

            argument ??= ++at < words.Count ? words[at] : throw line.Wrong($"'{Shown.Cut(name)}' needs a pattern");
            if (name == "exec")
            {
                // Where it would not be run anyway it is in nobody's way.
                holds = holds && counts ? throw SshUnsupported.Error("Match exec", "it runs a command to decide", line.Where) : false;
                continue;
            }

            holds &= Is(line, name, argument, known) != negated;
        }

        return holds;
    }

    private bool Is(SshConfigLine line, string name, string argument, SshOptionValues known) => name switch
    {
        "tagged" => known.Text("tag") is { } tag ? SshPattern.MatchesList(tag, argument) : argument.Length == 0,
        _ when argument.Length == 0 => throw line.Wrong($"'{name}' needs a pattern"),
        "host" => SshPattern.MatchesHost(known.Text("hostname")?.Replace("%h", Host, StringComparison.Ordinal).Replace("%%", "%", StringComparison.Ordinal) ?? Host, argument),
        "originalhost" => SshPattern.MatchesHost(Original, argument),
        "user" => SshPattern.MatchesList(known.Text("user") ?? User.Name, argument),
        "localuser" => SshPattern.MatchesList(User.Name, argument),
        "localnetwork" or "version" or "command" or "sessiontype" => throw SshUnsupported.Error($"Match {name}", "only all, host, originalhost, user, localuser, tagged, canonical and final are", line.Where),
        _ => throw line.Wrong($"'{Shown.Cut(name)}' is not a condition"),
    };
}
