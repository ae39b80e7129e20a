using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>
/// Whose a resource is: who may release it by its name. Names have to agree: what was acquired under a name is its owner's who says the
/// same name, and whoever says a name is nobody else. Without names it is everybody's, unless another process that still runs has it.
/// </summary>
internal static class Ownership
{
    /// <summary>Refuses what another resource is layered on: whoever has that has this as well.</summary>
    /// <exception cref="UsageException">It is layered on.</exception>
    public static void RequireTop(ResourceRow row, string instead)
    {
        if (row.Owner?.Resource is { } above)
        {
            throw new UsageException(
                ErrorCodes.HeldByAnother,
                row.Owner.IsShared
                    ? $"{row.Name} is shared by what is layered on it; {instead} that instead: crcache status -v"
                    : $"{above} is layered on {row.Name}; {instead} {above} instead");
        }
    }

    /// <summary>Refuses what is not the caller's.</summary>
    /// <param name="row">The resource.</param>
    /// <param name="epoch">The hand-out that the caller named. Whoever can was given it when the resource was handed out, and so is its holder.</param>
    /// <param name="name">Who the caller says to be.</param>
    /// <exception cref="UsageException">It is somebody else's.</exception>
    public static void RequireOwn(ResourceRow row, long? epoch, string? name)
    {
        if (epoch is not null || row.Owner is not { } owner)
        {
            return;
        }

        var process = row.State == ResourceState.Leased ? ProcessIdentity.Parse(owner.Process) : null;
        if (process is not null && (process.IsThisOrAbove() || process.IsGone()))
        {
            return;
        }

        var what = $"{row.Name} is {(row.State == ResourceState.Held ? "held for" : "held by")} {owner.Name}";
        if ((owner.IsNamed || name is not null) && name != owner.Name)
        {
            throw Refused(name is null ? $"{what}, who says so to release it (CRCACHE_OWNER)" : $"{what}, who is not {name}");
        }

        if (process is not null && !owner.IsNamed)
        {
            throw Refused($"{what}, which is still running");
        }
    }

    private static UsageException Refused(string why) =>
        new(ErrorCodes.HeldByAnother, $"{why}; release -f takes it away all the same");
}
