using System.CommandLine;

namespace CrCache.Cli;

/// <summary>Which source to lease from: an option that may stand before or after the command word, several times.</summary>
internal static class SourceOption
{
    public static Option<string[]> Create(GlobalOptions options)
    {
        var option = new Option<string[]>("--source", "-s")
        {
            Description = "acquire: the source to lease from (CRCACHE_SOURCE, else local); several: -s a -s b:3",
            HelpName = "SOURCE[:N]",
            AllowMultipleArgumentsPerToken = false,
        };
        option.CompletionSources.Add(new Completions(options).Sources);
        return option;
    }
}
