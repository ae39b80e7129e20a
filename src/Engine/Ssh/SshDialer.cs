using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace CrCache.Ssh;

/// <summary>Makes connections, through as many hosts as it takes.</summary>
/// <param name="time">The clock.</param>
internal sealed class SshDialer(TimeProvider time)
{
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    // The library's default cipher costs three times as much as these, and the exchanges that also withstand a quantum computer
    // three times as much as these; whoever wants one of them names it with KexAlgorithms.
    private static readonly string[] Ciphers = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"];
    private static readonly string[] KeyExchanges = ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256"];

    /// <summary>Connects to the last of some hosts, through the others. A server that has too many newcomers is asked again for a while.</summary>
    /// <param name="hops">The hosts, the nearest first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshFailure">There is no connection; it says why.</exception>
    public async Task<SshConnection> ConnectAsync(IReadOnlyList<SshTarget> hops, CancellationToken cancellationToken)
    {
        SshConnection? connection = null;
        try
        {
            foreach (var hop in hops)
                connection = await PatientlyAsync(hop, connection, cancellationToken).ConfigureAwait(false);
            return connection!;
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<SshConnection> PatientlyAsync(SshTarget target, SshConnection? bastion, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await ConnectAsync(target, bastion, cancellationToken).ConfigureAwait(false);
            }
            catch (SshFailure e) when (e.IsBusy && time.GetElapsedTime(begin) < BusyFor)
            {
                // Fifty that were turned away together must not come again together.
                await Task.Delay(pause * (RandomNumberGenerator.GetInt32(50, 150) / 100.0), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<SshConnection> ConnectAsync(SshTarget target, SshConnection? bastion, CancellationToken cancellationToken)
    {
        var gate = bastion is null ? null : await SshGate.OpenAsync(bastion, target, cancellationToken).ConfigureAwait(false);
        string? refused = null;
        var isGreeted = false;
        var client = Client(target, gate?.Port);
        client.ServerIdentificationReceived += (_, _) => isGreeted = true;
        client.HostKeyReceived += (_, e) =>
        {
            try
            {
                refused = target.CheckKey(e.HostKeyName, e.HostKey);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or CrCacheException)
            {
                refused = error.Message;
            }

            e.CanTrust = refused is null;
        };
        try
        {
            // Most of it is a thread that waits, which no token ends.
            await Task.Run(() => client.ConnectAsync(cancellationToken), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            return new SshConnection(target, client, gate, time);
        }
        catch (Exception e)
        {
            _ = Task.Run(client.Dispose, CancellationToken.None).ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            var why = gate?.Failure ?? Reason(target, e, refused);
            if (gate is not null)
                await gate.AbandonAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            throw new SshFailure(why, e) { IsBusy = refused is null && IsTurnedAway(e, isGreeted) };
        }
    }

    // sshd ends what is over MaxStartups before it greets.
    private static bool IsTurnedAway(Exception e, bool isGreeted) =>
        !isGreeted && e is SshConnectionException or SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown };

    private static string Reason(SshTarget target, Exception e, string? refused) => e switch
    {
        _ when refused is not null => refused,
        SshAuthenticationException => $"{target.User}@{target.Name} is not let in: {e.Message.TrimEnd('.')}",
        SshOperationTimeoutException => $"{target.Name} has not answered within {target.ConnectTimeout.TotalSeconds:0} s",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => $"there is no host {target.Host}",
        SocketException => $"{target.Host}, port {target.Port}: {e.Message}",
        _ => $"{target.Name}: {e.Message}",
    };

    private static SshClient Client(SshTarget target, int? gate)
    {
        ConnectionInfo info = new(
            gate is null ? target.Host : IPAddress.Loopback.ToString(), gate ?? target.Port, target.User, [.. target.Identities()])
        {
            Timeout = target.ConnectTimeout,
            RetryAttempts = 1,
        };
        Prefer(info.KeyExchangeAlgorithms, target.KeyExchanges, KeyExchanges);
        Prefer(info.Encryptions, target.Ciphers, Ciphers);
        Prefer(info.HmacAlgorithms, target.Macs, []);
        foreach (var certificate in info.HostKeyAlgorithms.Keys.Where(k => k.Contains("-cert-", StringComparison.Ordinal)).ToArray())
            info.HostKeyAlgorithms.Remove(certificate);
        Prefer(info.HostKeyAlgorithms, [], target.KeyTypes);
        if (target.Compression)
            Prefer(info.CompressionAlgorithms, [], ["zlib@openssh.com"]);
        else
            info.CompressionAlgorithms.Remove("zlib@openssh.com");
        return new(info);
    }

    /// <summary>Leaves only what the user names, or else puts some first.</summary>
    private static void Prefer<T>(IOrderedDictionary<string, T> algorithms, IReadOnlyList<string> only, IReadOnlyList<string> first)
    {
        if (only.Count > 0 && only.Any(algorithms.ContainsKey))
        {
            foreach (var other in algorithms.Keys.Except(only).ToArray())
                algorithms.Remove(other);
            first = only;
        }

        var place = 0;
        foreach (var name in first)
        {
            if (!algorithms.TryGetValue(name, out var value))
                continue;
            algorithms.Remove(name);
            algorithms.Insert(place++, name, value);
        }
    }
}
