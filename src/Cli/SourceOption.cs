using System.CommandLine;

namespace CrCache.Cli;

/// <summary>Which source to lease from: one option that may stand before or after the command word.</summary>
internal static class SourceOption
{
    public static Option<string?> Create(GlobalOptions options)
    {
        var option = new Option<string?>("--source", "-s")
        {
            Description = "acquire: the source to lease from (CRCACHE_SOURCE, else local)",
            HelpName = "SOURCE",
        };
        option.CompletionSources.Add(new Completions(options).Sources);
        return option;
    }
}
