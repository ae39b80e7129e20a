using System.Runtime.CompilerServices;

namespace CrCache.Lab;

/// <summary>Waits for what another process brings about: polls until a deadline, never sleeps blindly.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="within">How long at most, a minute unless said otherwise.</param>
    /// <param name="what">What is waited for, in words; the condition's own text unless given.</param>
    /// <returns>A task that ends when it holds.</returns>
    /// <exception cref="TimeoutException">It does not.</exception>
    public static async Task True(
        Func<bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        await Get(() => condition() ? "yes" : null, within, what);

    /// <summary>Waits until a condition holds that takes a command to find out.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="within">How long at most, a minute unless said otherwise.</param>
    /// <param name="what">What is waited for, in words; the condition's own text unless given.</param>
    /// <returns>A task that ends when it holds.</returns>
    /// <exception cref="TimeoutException">It does not.</exception>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > (within ?? Limit))
                throw new TimeoutException($"waited {within ?? Limit} in vain for: {what}");
            await Task.Delay(Interval);
        }
    }

    /// <summary>Waits until there is a value.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="find">Finds it; null where it is not there yet.</param>
    /// <param name="within">How long at most, a minute unless said otherwise.</param>
    /// <param name="what">What is waited for, in words; the expression's own text unless given.</param>
    /// <returns>The value.</returns>
    /// <exception cref="TimeoutException">There is none.</exception>
    public static async Task<T> Get<T>(
        Func<T?> find, TimeSpan? within = null, [CallerArgumentExpression(nameof(find))] string? what = null)
        where T : class
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (find() is { } value)
                return value;
            if (TimeProvider.System.GetElapsedTime(start) > (within ?? Limit))
                throw new TimeoutException($"waited {within ?? Limit} in vain for: {what}");
            await Task.Delay(Interval);
        }
    }
}
