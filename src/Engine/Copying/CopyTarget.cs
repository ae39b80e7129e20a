namespace CrCache.Copying;

/// <summary>Where a copy goes, as it was found.</summary>
/// <param name="Destination">The path, as the user named it.</param>
/// <param name="Directory">The real path of the directory that the copies are put into: the destination, or what holds it.</param>
/// <param name="Name">The copy's name where the destination is not a directory, else null.</param>
/// <param name="Location">The directory's real path and on which machine.</param>
/// <param name="Existing">What is there already of what would be replaced, by its path from the directory.</param>
internal sealed record CopyTarget(
    CopyPath Destination, string Directory, string? Name, string Location, IReadOnlyDictionary<string, CopyEntry> Existing) : IAsyncDisposable
{
    /// <summary>The directory itself, where this process can hold it.</summary>
    public HeldEntry? Held { get; init; }

    /// <summary>The script that waits there for what is put, where it cannot.</summary>
    public FarSession? Session { get; init; }

    /// <summary>A path in the directory, as a user would name it.</summary>
    public string Show(string relative) =>
        Name is null ? $"{Destination.ToString().TrimEnd('/')}/{relative}" : $"{Destination}{relative[Math.Min(relative.Length, Name.Length)..]}";

    public ValueTask DisposeAsync()
    {
        Held?.Dispose();
        return Session?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
