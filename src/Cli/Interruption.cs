using System.Runtime.InteropServices;

namespace CrCache.Cli;

/// <summary>
/// Turns the first signal to end into a cancel, so that work in progress is undone; a second one ends the process at
/// once, and the next command puts things in order.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly FirstStretch _firstStretch = new();
    private int _signal;

    private Interruption() => _registrations = [.. EndingSignal.All.Select(s => PosixSignalRegistration.Create(s.Signal, context =>
    {
        context.Cancel = Interlocked.CompareExchange(ref _signal, s.Number, 0) == 0;
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }

        _firstStretch.End(s);
    }))];

    /// <summary>Runs something that a signal may cancel.</summary>
    /// <exception cref="InterruptedException">A signal did.</exception>
    public static async Task<T> AllowAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        using var interruption = new Interruption();
        try
        {
            return await interruption._firstStretch.Begin(() => work(interruption._cancellation.Token));
        }
        catch (OperationCanceledException) when (interruption._signal != 0)
        {
            throw new InterruptedException(interruption._signal);
        }
    }

    /// <inheritdoc cref="AllowAsync{T}"/>
    public static Task AllowAsync(Func<CancellationToken, Task> work) => AllowAsync(async token =>
    {
        await work(token);
        return true;
    });

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _cancellation.Dispose();
    }
}
