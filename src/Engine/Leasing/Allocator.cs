using System.Globalization;
using CrCache.Leasing.Keeping;
using CrCache.Leasing.Selecting;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Decides, inside one transaction, which resources a request gets: cached ones first, then new ones within every layer's limits.</summary>
/// <param name="transaction">The transaction.</param>
/// <param name="transitions">What changes the rows.</param>
/// <param name="earmarks">What is kept for others.</param>
internal sealed class Allocator(StoreTransaction transaction, Transitions transitions, Earmarks earmarks)
{
    private const int MostLookedAt = 1000;

    // What was in use, or tested, so short a time ago is taken to work.
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(60);

    /// <summary>Takes a resource of a source, or writes down that one is about to be made.</summary>
    /// <param name="plan">The source.</param>
    /// <param name="owner">For whom.</param>
    /// <param name="fits">Whether one of these facts will do; null for any.</param>
    /// <returns>The resource; null where every limit is reached, or none will do, and then nothing was written.</returns>
    public Allocation? Take(SourcePlan plan, OwnerRow owner, Predicate<Facts>? fits)
    {
        foreach (var idle in Free(plan.Name))
        {
            var unfit = IsCurrent(idle, plan)
                ? WornOut(idle, plan)
                : "its source's configuration has changed";
            if (unfit is not null)
            {
                transitions.Condemn(idle, unfit);
            }
            else if (fits?.Invoke(FactsOf(idle, plan)) is not false)
            {
                return new Allocation(transitions.HandOut(idle with { Owner = owner }), plan, null, IsNew: false) { IsInDoubt = IsInDoubt(idle) };
            }
        }

        return Make(plan, owner, fits);
    }

    /// <summary>Writes down that a resource is about to be made, whatever is free.</summary>
    /// <param name="plan">The source.</param>
    /// <param name="owner">For whom; null to keep it until somebody asks for one.</param>
    /// <param name="fits">Whether one of these facts will do; null for any.</param>
    public Allocation? Make(SourcePlan plan, OwnerRow? owner, Predicate<Facts>? fits)
    {
        if (transaction.Resources.Tally(plan.Name).All() + earmarks.NewOf(plan.Name) >= plan.Settings.Maximum)
        {
            if (owner is not null)
            {
                MakeRoom(plan);
            }

            return null;
        }

        // Of a source that has never made one nothing is known: it is tried.
        if (fits is not null && plan.Layers.Count == 0 && Expected(plan) is { } expected && !fits(expected))
        {
            return null;
        }

        var number = transaction.Resources.FreeNumber(plan.Name);
        var name = string.Create(CultureInfo.InvariantCulture, $"{plan.Name}-{number}");
        Allocation? below = null;
        if (plan.Layers.Count > 0)
        {
            below = Preferred(plan.Layers)
                .Select(l => Take(l, new OwnerRow(name, null, name, null, null, null), fits is null ? null : f => fits(f.With(plan.Labels))))
                .FirstOrDefault(a => a is not null);
            if (below is null)
            {
                return null;
            }
        }

        var row = transitions.Begin(new ResourceRow
        {
            Name = name,
            Source = plan.Name,
            Number = number,
            State = ResourceState.Provisioning,
            Epoch = 0,
            Since = transaction.Now,
            Settings = plan.Remembered,
            Base = below?.Row.Name,
            Owner = owner,
        });

        // Where there is nothing to do, and nobody who wants to do something, it is ready as soon as it is written.
        if (plan.Draft is { } draft && !plan.HasProvisionHooks && below is not { IsReady: false })
        {
            row = Describe(row, plan, draft, below?.Row.Concurrency);
            row = transitions.Finish(row);
        }

        return new Allocation(row, plan, below, IsNew: true);
    }

    /// <summary>What a resource is: what was found out about it or what it is layered on, with what the configuration says.</summary>
    public Facts FactsOf(ResourceRow row, SourcePlan plan)
    {
        if (row.Facts is { } found)
        {
            return Facts.FromStored(found).With(plan.Labels);
        }

        return row.Base is { } name
            && transaction.Resources.Find(name) is { } below
            && plan.Layers.FirstOrDefault(l => l.Name == below.Source) is { } layer
                ? FactsOf(below, layer).With(plan.Labels)
                : (plan.Here?.Value ?? Facts.None).With(plan.Labels);
    }

    /// <summary>What a resource of a source will be, as far as that can be told; null where it cannot.</summary>
    public Facts? Expected(SourcePlan plan) => plan.Here is { } here
        ? here.Value.With(plan.Labels)
        : transaction.Resources.AnyFacts(plan.Name, plan.Remembered) is { } found ? Facts.FromStored(found).With(plan.Labels) : null;

    /// <summary>Records a draft as a resource's way in.</summary>
    public ResourceRow Describe(ResourceRow row, SourcePlan plan, ResourceDraft draft, int? below) => transitions.Describe(
        row,
        StoredJson.Of(draft.Route with { Via = row.Base }),
        plan.Settings.Concurrency ?? draft.Concurrency ?? below ?? 1);

    /// <summary>
    /// Gives up something that is free and keeps one of these in use, such as a pool's that nobody has: what is only kept is in nobody's
    /// way. It is there once that is discarded.
    /// </summary>
    private void MakeRoom(SourcePlan plan)
    {
        if (transaction.Resources.IdleLayered(MostLookedAt).FirstOrDefault(r => !earmarks.Keeps(r.Name) && IsOn(r, plan.Name)) is { } kept)
        {
            transitions.Condemn(kept, $"to make room in {plan.Name}");
        }
    }

    private bool IsOn(ResourceRow row, string source)
    {
        for (var at = row.Base; at is not null; at = transaction.Resources.Find(at)?.Base)
        {
            if (ResourceName.SourceOf(at) == source)
            {
                return true;
            }
        }

        return false;
    }

    // By the clock that people read: one that was set brings a test too many.
    private bool IsInDoubt(ResourceRow row) => !((transaction.Now - row.Tested)?.Duration() < Trusted && (transaction.Now - row.Since).Duration() < Trusted);

    private IEnumerable<SourcePlan> Preferred(IReadOnlyList<SourcePlan> layers) =>
        [.. layers.OrderByDescending(HasCached).ThenByDescending(l => l.Settings.Reserve > 0)];

    private bool HasCached(SourcePlan plan) => Free(plan.Name).Any() || plan.Layers.Any(HasCached);

    private IEnumerable<ResourceRow> Free(string source) => transaction.Resources.Idle(source).Where(r => !earmarks.Keeps(r.Name));

    /// <summary>Why a resource that is free is discarded rather than handed out again; null where it is handed out.</summary>
    public string? WornOut(ResourceRow row, SourcePlan plan) => KeepPolicy.WornOut(plan.Rules, IdleResource.Of(row, row.Since), transaction.Now);

    /// <summary>Whether a resource is what its source would make today.</summary>
    public bool IsCurrent(ResourceRow row, SourcePlan plan) =>
        row.Settings == plan.Remembered
        && (row.Base is not { } name
            || (transaction.Resources.Find(name) is { } below
                && plan.Layers.FirstOrDefault(l => l.Name == below.Source) is { } layer
                && IsCurrent(below, layer)));
}
