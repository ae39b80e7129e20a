using System.Globalization;
using Microsoft.Build.Framework;

namespace CrCache.MSBuild;

/// <summary>Leases resources from a source. Unless the lifetime is manual they are given back when the build ends, however it ends.</summary>
[MSBuildMultiThreadableTask]
public sealed class AcquireResource : ResourceTask
{
    /// <summary>The source to lease from.</summary>
    [Required]
    public string Source { get; set; } = "";

    /// <summary>How many resources, at least 1; all of them or none.</summary>
    public int Count { get; set; } = 1;

    /// <summary>When true, fewer (but at least one) will do where <see cref="Count"/> are not free.</summary>
    public bool AllowFewer { get; set; }

    /// <summary>
    /// How long a lease lasts unless it is renewed, such as <c>90s</c>, <c>15m</c> or <c>24h</c>; 24 hours unless said otherwise. A
    /// build's lease is renewed while the build runs.
    /// </summary>
    public string? Ttl { get; set; }

    /// <summary>A remark for whoever finds the resource taken; the project's file unless said otherwise.</summary>
    public string? Note { get; set; }

    /// <summary><c>Build</c> (unless said otherwise): until the build ends. <c>Manual</c>: until it is released or expires.</summary>
    public string? Lifetime { get; set; }

    /// <summary>The leased resources: identity is the name, with the metadata Source, Concurrency and Lease.</summary>
    [Output]
    public ITaskItem[] Resources { get; private set; } = [];

    /// <summary>How many units of work all of them take at once.</summary>
    [Output]
    public int TotalConcurrency { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteCoreAsync(CancellationToken cancellationToken)
    {
        var manual = LeaseLifetimes.Parse(Lifetime) == LeaseLifetime.Manual;
        var timeToLive = string.IsNullOrEmpty(Ttl) ? TimeSpan.FromHours(24) : Duration.Parse(Ttl);
        var engine = OpenEngine();
        var leases = await engine.Leases.AcquireAsync(
            new AcquireRequest([new(Source, Count) { AtLeast = AllowFewer ? 1 : Count }])
            {
                TimeToLive = timeToLive,
                Owner = manual ? LeaseOwner.User : LeaseOwner.ThisProcess,
                Note = string.IsNullOrEmpty(Note) ? BuildEngine.ProjectFileOfTaskNode : Note,
            },
            cancellationToken);
        if (!manual)
            BuildLeases.Register(BuildEngine4, engine.Leases, leases, timeToLive);

        Resources = [.. leases.Select(ResourceItem.FromLease)];
        TotalConcurrency = leases.Sum(l => l.Concurrency);
        Log.LogMessage(string.Create(
            CultureInfo.InvariantCulture,
            $"acquired {string.Join(", ", leases.Select(l => l.Resource))} ({TotalConcurrency} units of work at once)"));
    }
}
