using System.Diagnostics;
using System.Globalization;

namespace CrCache.Store;

/// <summary>
/// Where this process is to die, in test builds: <c>CRCACHE_FAULT=Condemn:before</c> inside the transaction that does it,
/// <c>Condemn:after</c> as soon as that is durable and before anything else happens, <c>Condemn:before:2</c> the second time. Other builds
/// call none of this.
/// </summary>
internal sealed class FaultPlan
{
    private const string TestBuild = "CRCACHE_FAULTS";

    private int _reached;
    private bool _isDue;

    /// <summary>A transaction begins.</summary>
    [Conditional(TestBuild)]
    public void Begin() => _isDue = false;

    /// <summary>A transaction does this.</summary>
    [Conditional(TestBuild)]
    public void Reach(TransitionKind kind)
    {
        if (Environment.GetEnvironmentVariable("CRCACHE_FAULT")?.Split(':') is not [var name, var moment, .. var time]
            || name != kind.ToString()
            || ++_reached != (time is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 1))
        {
            return;
        }

        if (moment == "before")
        {
            Die();
        }

        _isDue = true;
    }

    /// <summary>What a transaction did is durable.</summary>
    [Conditional(TestBuild)]
    public void Endure()
    {
        if (_isDue)
        {
            Die();
        }
    }

    // SIGKILL: nothing is said, flushed or tidied up.
    private static void Die()
    {
        using var process = Process.GetCurrentProcess();
        process.Kill();
    }
}
