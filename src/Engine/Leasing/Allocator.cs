using System.Globalization;
using CrCache.Hooks;
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

    // Whether something idle may be discarded where a maximum is in the way.
    private bool _makesRoom;

    /// <summary>What had to be discarded, and why.</summary>
    public List<(ResourceRow Row, string Why)> Condemned { get; } = [];

    /// <summary>Takes a resource of a source, or writes down that one is about to be made.</summary>
    /// <param name="plan">The source.</param>
    /// <param name="owner">For whom.</param>
    /// <param name="fits">Whether one of these facts will do; null for any.</param>
    /// <returns>The resource; null where every limit is reached, or none will do, and then nothing was written.</returns>
    public Allocation? Take(SourcePlan plan, OwnerRow owner, Predicate<Facts>? fits)
    {
        return TakeFree(plan, owner, fits) ?? Make(plan, owner, fits);
    }

    private Allocation? TakeFree(SourcePlan plan, OwnerRow owner, Predicate<Facts>? fits)
    {
        foreach (var idle in Free(plan))
        {
            var unfit = IsCurrent(idle, plan)
                ? WornOut(idle, plan)
                : "its source's configuration has changed";
            if (unfit is not null)
            {
                Condemn(idle, unfit);
            }
            else if (fits?.Invoke(FactsOf(idle, plan)) is not false)
            {
                var taken = idle with { Owner = owner, HasRunHooks = plan.HasRunHooks };
                return Hand(taken, plan);
            }
        }

        return null;
    }

    /// <summary>What one of these is to share with others: what is free, so that the work spreads, then what the fewest use, then one that is made for it.</summary>
    private Allocation? Share(SourcePlan plan, int? most, Predicate<Facts>? fits)
    {
        if (TakeFree(plan, OwnerRow.Users, fits) is { } free)
        {
            return free;
        }

        var shared = transaction.Resources.Shared(plan.Name, plan.Binding)
            .Where(r => r.Problem is null && !earmarks.IsClosed(plan.Name) && IsCurrent(r, plan) && fits?.Invoke(FactsOf(r, plan)) is not false)
            .Select(r => (Row: r, Users: transaction.Resources.NumberOn(r.Name) + earmarks.SharesOf(r.Name)))
            .OrderBy(r => r.Users)
            .ToList();
        if (shared.Find(r => !(r.Users >= most)).Row is { } open)
        {
            return new Allocation(open, plan, null, IsNew: false) { IsAwaited = true };
        }

        return Make(plan, OwnerRow.Users, fits) ?? GiveUpShare(plan, shared.ConvertAll(r => r.Row));
    }

    // As with a maximum: one that is idle on what is shared by as many as may makes room for one that is wanted.
    private Allocation? GiveUpShare(SourcePlan plan, List<ResourceRow> shared)
    {
        if (_makesRoom && shared.SelectMany(r => transaction.Resources.On(r.Name)).Where(u => u.State == ResourceState.Idle && !earmarks.Keeps(u.Name)).MinBy(u => u.Since) is { } idle)
        {
            _makesRoom = false;
            Condemn(idle, $"to make room for another on {plan.Reference}");
        }

        return null;
    }

    /// <summary>
    /// Begins to discard something idle for what could not be taken, where nothing but a maximum is in the way. There is room only when it
    /// is gone, and then it is to be taken anew.
    /// </summary>
    /// <param name="plan">The source.</param>
    /// <param name="owner">For whom.</param>
    /// <param name="fits">Whether one of these facts will do; null for any.</param>
    /// <param name="missing">How many are missing in all: nothing is discarded where not all of them could be had.</param>
    /// <returns>What is discarded; null where that would not help.</returns>
    public ResourceRow? MakeRoom(SourcePlan plan, OwnerRow owner, Predicate<Facts>? fits, int missing)
    {
        if (new Availability(transaction, []).Of(plan) - earmarks.Count < missing)
        {
            return null;
        }

        var condemned = Condemned.Count;
        _makesRoom = true;
        Take(plan, owner, fits);
        _makesRoom = false;
        return Condemned.Count > condemned ? Condemned[^1].Row : null;
    }

    /// <summary>Writes down that a resource is about to be made, whatever is free.</summary>
    /// <param name="plan">The source.</param>
    /// <param name="owner">For whom; null to keep it until somebody asks for one.</param>
    /// <param name="fits">Whether one of these facts will do; null for any.</param>
    public Allocation? Make(SourcePlan plan, OwnerRow? owner, Predicate<Facts>? fits)
    {
        // Of a source that has never made one nothing is known: it is tried.
        if (fits is not null && plan.Hosts is null && !plan.HasFactsOfBase && Expected(plan) is { } expected && !fits(expected))
        {
            return null;
        }

        if (transaction.Resources.Tally(plan.Name).All() + earmarks.NewOf(plan.Name) >= plan.Settings.Maximum)
        {
            return GiveUpOne(plan);
        }

        if ((plan.Hosts is { } hosts ? new HostChoice(transaction, plan, hosts).Number(fits) : transaction.Resources.FreeNumber(plan.Name)) is not { } number)
        {
            return fits is null ? GiveUpOne(plan) : null;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{plan.Name}-{number}");
        Allocation? below = null;
        if (plan.Layers.Count > 0)
        {
            Predicate<Facts>? suits = fits is null || !plan.HasFactsOfBase ? null : f => fits(f.With(plan.Labels));
            below = Preferred(plan.Layers)
                .Select(l => plan.SharesLayers ? Share(l, plan.Settings.BaseUsers, suits) : Take(l, new OwnerRow(name, null, name, null, null, null), suits))
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
            Binding = plan.Binding,
            Base = below?.Row.Name,
            Owner = owner,
            HasRunHooks = plan.HasRunHooks,
        });

        // Where there is nothing to do, and nobody who wants to do something, it is ready as soon as it is written.
        if (plan.Draft is { } draft && !plan.HasMakingHooks && !(owner is not null && plan.Has(HookStages.Acquire)) && below is not { IsReady: false })
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
            return Facts.FromStored(found).With(plan.LabelsOf(row.Number));
        }

        return row.Base is { } name
            && transaction.Resources.Find(name) is { } below
            && plan.LayerOf(below) is { } layer
                ? FactsOf(below, layer).With(plan.LabelsOf(row.Number))
                : (plan.Here?.Value ?? Facts.None).With(plan.LabelsOf(row.Number));
    }

    /// <summary>What a resource of a source will be, as far as that can be told; null where it cannot.</summary>
    public Facts? Expected(SourcePlan plan) => plan.Here is { } here
        ? here.Value.With(plan.Labels)
        : transaction.Resources.AnyFacts(plan.Name, plan.Remembered) is { } found ? Facts.FromStored(found).With(plan.Labels) : null;

    /// <summary>
    /// The resource that is to go where a source has its maximum: one that is free, but bound otherwise; or one that keeps one of these in
    /// use though nobody has it, such as a pool's. Of either the one that is free the longest; null for none.
    /// </summary>
    private ResourceRow? InTheWay(SourcePlan plan) =>
        transaction.Resources.IdleOtherwise(plan.Name, plan.Binding, earmarks.Count + 1).FirstOrDefault(r => !earmarks.Keeps(r.Name))
        ?? transaction.Resources.IdleLayered(MostLookedAt).FirstOrDefault(r => !earmarks.Keeps(r.Name) && IsOn(r, plan.Name));

    /// <summary>Records a draft as a resource's way in.</summary>
    public ResourceRow Describe(ResourceRow row, SourcePlan plan, ResourceDraft draft, int? below) => transitions.Describe(
        row,
        StoredJson.Of(draft.Route with { Via = row.Base }),
        plan.Settings.Concurrency ?? draft.Concurrency ?? below ?? 1);

    // Of what others use as well nothing is freed by one of them.
    private bool IsOn(ResourceRow row, string source)
    {
        for (var at = row; at.Base is { } name && transaction.Resources.Find(name) is { } below; at = below)
        {
            if (below.Owner?.IsShared is true && transaction.Resources.On(name).Any(u => u.State != ResourceState.Idle))
            {
                return false;
            }

            if (below.Source == source)
            {
                return true;
            }
        }

        return false;
    }

    private Allocation Hand(ResourceRow taken, SourcePlan plan)
    {
        var isInDoubt = IsInDoubt(taken);
        return new Allocation(
            isInDoubt || plan.Has(HookStages.Acquire) ? transitions.Doubt(taken) : transitions.HandOut(taken), plan, null, IsNew: false)
        {
            IsInDoubt = isInDoubt,
        };
    }

    // By the clock that people read: one that was set brings a test too many.
    private bool IsInDoubt(ResourceRow row) => !((transaction.Now - row.Tested)?.Duration() < Trusted);

    private IEnumerable<SourcePlan> Preferred(IReadOnlyList<SourcePlan> layers) =>
        [.. layers.OrderByDescending(HasCached).ThenByDescending(l => l.Settings.Reserve > 0)];

    private bool HasCached(SourcePlan plan) => Free(plan).Any() || plan.Layers.Any(HasCached);

    private IEnumerable<ResourceRow> Free(SourcePlan plan) => transaction.Resources.Idle(plan.Name, plan.Binding).Where(r => !earmarks.Keeps(r.Name));

    // Nothing is taken: there is room only when it is gone.
    private Allocation? GiveUpOne(SourcePlan plan)
    {
        if (_makesRoom && InTheWay(plan) is { } idle)
        {
            _makesRoom = false;
            Condemn(idle, $"to make room for one of {plan.Reference}");
        }

        return null;
    }

    private void Condemn(ResourceRow row, string why)
    {
        transitions.Condemn(row, why);
        Condemned.Add((row, why));
    }

    /// <summary>Why a resource that is free is discarded rather than handed out again; null where it is handed out.</summary>
    public string? WornOut(ResourceRow row, SourcePlan plan) => KeepPolicy.WornOut(plan.Rules, IdleResource.Of(row, row.Since), transaction.Now);

    /// <summary>Whether a resource is what its source would make today.</summary>
    public bool IsCurrent(ResourceRow row, SourcePlan plan) =>
        row.Settings == plan.Remembered
        && (row.Base is not { } name
            || (transaction.Resources.Find(name) is { } below
                && plan.LayerOf(below) is { } layer
                && IsCurrent(below, layer)));
}
