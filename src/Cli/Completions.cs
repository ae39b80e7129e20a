using System.CommandLine;
using System.CommandLine.Completions;
using CrCache.Leasing;

namespace CrCache.Cli;

/// <summary>What the tab key offers for names.</summary>
internal sealed class Completions(GlobalOptions options)
{
    /// <summary>The names of configured sources.</summary>
    public IEnumerable<CompletionItem> Sources(CompletionContext context) =>
        Named(() => options.OpenEngine(context.ParseResult).Sources.Names());

    /// <summary>The names of resources that somebody has leased.</summary>
    public IEnumerable<CompletionItem> Leased(CompletionContext context) => Resources(context, r => r.Owner is not null);

    /// <summary>The names of resources that were taken out of use.</summary>
    public IEnumerable<CompletionItem> Sick(CompletionContext context) => Resources(context, r => r.State is "dirty" or "quarantined");

    private IEnumerable<CompletionItem> Resources(CompletionContext context, Predicate<ResourceStatus> fits) => Named(() =>
    {
        var inventory = options.OpenEngine(context.ParseResult).Inventory;
        return [.. inventory.Sources([]).SelectMany(s => inventory.Resources(s.Source)).Where(r => fits(r)).Select(r => r.Resource)];
    });

    // A configuration that is wrong offers nothing; the command itself will say what is wrong with it.
    private static IEnumerable<CompletionItem> Named(Func<IReadOnlyList<string>> names)
    {
        try
        {
            return names().Select(name => new CompletionItem(name));
        }
        catch (CrCacheException)
        {
            return [];
        }
    }
}
