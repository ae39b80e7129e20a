using System.Globalization;

namespace CrCache.Ssh;

/// <summary>Reads files of ssh_config for one host: what stands below a condition that does not hold is only checked.</summary>
/// <param name="match">What conditions are judged by.</param>
/// <param name="variable">The environment.</param>
/// <param name="values">What is found.</param>
/// <param name="stamp">Remembers the files.</param>
internal sealed class SshConfigReader(SshMatch match, Func<string, string?> variable, SshOptionValues values, SshConfigStamp stamp)
{
    private const int Deepest = 16;
    private bool _wantsFinal;

    /// <summary>Whether a file asks to be read again when the host's name is known.</summary>
    public bool WantsFinal => _wantsFinal;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isUsers">Whether its includes count from the user's directory rather than the system's.</param>
    /// <param name="checks">Whether one that others can write to is refused.</param>
    /// <returns>False where there is no such file.</returns>
    /// <exception cref="ConfigurationException">It cannot be read, or a line of it is wrong.</exception>
    public bool Read(string path, bool isUsers, bool checks) => Read(path, isUsers, checks, counts: true, active: true, depth: 0);

    private bool Read(string path, bool isUsers, bool checks, bool counts, bool active, int depth)
    {
        stamp.Add(path);
        if (SshConfigFile.Read(path, match.User, checks) is not { } lines)
        {
            return false;
        }

        foreach (var line in lines)
        {
            switch (line.Keyword)
            {
                case "host":
                    active = match.IsHost(line) && counts;
                    break;
                case "match":
                    active = match.Holds(line, values, counts, ref _wantsFinal) && counts;
                    break;
                case "include":
                    Include(line, isUsers, counts && active, depth + 1);
                    break;
                default:
                    Option(line, active);
                    break;
            }
        }

        return true;
    }

    private void Include(SshConfigLine line, bool isUsers, bool active, int depth)
    {
        if (depth > Deepest)
        {
            throw line.Wrong("files include each other too deep");
        }

        foreach (var word in line.Arguments.DefaultIfEmpty(""))
        {
            SshOptionValue value = new([word], line.Where);
            if (word.Length == 0 || word.Contains('[', StringComparison.Ordinal) || (word[0] == '~' && !isUsers))
            {
                throw line.Wrong($"'{Shown.Cut(word)}' cannot be included: write a path, in which * and ? are patterns");
            }

            var path = Tokens().Expand(value, Tokens().Home(value, word));
            var full = Path.GetFullPath(Path.Combine(isUsers ? Path.Combine(match.User.Home, ".ssh") : SshConfig.SystemDirectory, path));
            stamp.Add(SshGlob.Settled(full));
            foreach (var file in SshGlob.Files(full))
            {
                Read(file, isUsers, checks: true, counts: active, active, depth);
            }
        }
    }

    private SshTokens Tokens() => new(match.User, variable)
    {
        Original = match.Original,
        Host = match.Host,
        RemoteUser = values.Text("user") ?? match.User.Name,
    };

    private void Option(SshConfigLine line, bool active)
    {
        var keyword = SshOption.Canonical(line.Keyword);
        var kind = SshOption.KindOf(keyword);
        if (kind is null)
        {
            if (values.Text("ignoreunknown") is { } ignored && SshPattern.MatchesList(keyword, ignored.ToLowerInvariant()))
            {
                return;
            }

            throw line.Wrong("there is no such option of ssh; IgnoreUnknown lets ssh pass over it");
        }

        if (kind == SshOptionKind.Harmless)
        {
            return;
        }

        SshOptionValue value = new(Words(line, keyword, kind.Value), line.Where);
        if (!active)
        {
            return;
        }

        if (kind == SshOptionKind.Added)
        {
            values.Add(keyword, value);
        }
        else
        {
            values.Set(keyword, value);
        }
    }

    private static IReadOnlyList<string> Words(SshConfigLine line, string keyword, SshOptionKind kind)
    {
        switch (kind)
        {
            case SshOptionKind.Command:
                return line.Rest.Length == 0 ? throw line.Wrong("it has no value")
                    : keyword == "proxyjump" && SshJump.List(line.Rest) is null ? throw line.Wrong($"'{Shown.Cut(line.Rest)}' is no list of [USER@]HOST[:PORT]")
                    : [line.Rest];
            case SshOptionKind.Texts:
                return line.Arguments.Count == 0 || line.Arguments.Contains("") ? throw line.Wrong("it has no value")
                    : keyword == "setenv" && line.Arguments.Any(a => a.IndexOf('=', StringComparison.Ordinal) <= 0) ? throw line.Wrong("write NAME=VALUE")
                    : line.Arguments;
            case SshOptionKind.Number:
                var (least, most) = keyword switch { "port" => (1, 65535), "connectionattempts" => (1, int.MaxValue), _ => (0, int.MaxValue) };
                return int.TryParse(line.Single(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                    ? [line.Single()]
                    : throw line.Wrong($"'{Shown.Cut(line.Single())}' is not a number for it");
            case SshOptionKind.Time:
                return SshTime.Parse(line.Single()) is null ? throw line.Wrong($"'{Shown.Cut(line.Single())}' is no length of time") : [line.Single()];
            case SshOptionKind.Choice when !SshOption.Choices(keyword)!.Split(' ').Contains(line.Single().ToLowerInvariant()):
                throw line.Wrong($"'{Shown.Cut(line.Single())}' is none of {SshOption.Choices(keyword)!.Replace(" ", ", ", StringComparison.Ordinal)}");
            default:
                return [line.Single()];
        }
    }
}
