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
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    // The library's default cipher costs three times as much as the first two here. Of the exchanges that also withstand a quantum computer the first costs less
    // than a millisecond more than those after it, as OpenSSH prefers it since 10.0; those with sntrup761 three times as much: whoever wants one of them first names
    // it with KexAlgorithms. As in OpenSSH, what rests on SHA-1 or CBC is for who names it.
    private static readonly string[] Ciphers =
        ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com"];

    private static readonly string[] KeyExchanges =
    [
        "mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com",
        "diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256",
    ];

    private static readonly string[] Macs = ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"];

    private static readonly string[] HostKeys =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"];

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
        var attempts = 0;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await AddressedAsync(target, bastion, cancellationToken).ConfigureAwait(false);
            }
            catch (SshFailure e) when (e.IsBusy && time.GetElapsedTime(begin) < BusyFor)
            {
                // Fifty that were turned away together must not come again together.
                await Task.Delay(pause * (RandomNumberGenerator.GetInt32(50, 150) / 100.0), time, cancellationToken).ConfigureAwait(false);
            }
            catch (SshFailure e) when (IsUnreached(e) && ++attempts < target.Settings.ConnectionAttempts)
            {
                await Task.Delay(BetweenAttempts, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Connects to the sort of address that is wanted. A bastion knows itself which it has.</summary>
    private async Task<SshConnection> AddressedAsync(SshTarget target, SshConnection? bastion, CancellationToken cancellationToken)
    {
        var (name, family) = (target.Settings.HostName, target.Settings.AddressFamily);
        if (bastion is not null || family == AddressFamily.Unspecified)
            return await ConnectAsync(target, name, bastion, cancellationToken).ConfigureAwait(false);
        IPAddress[] addresses = [];
        try
        {
            addresses = await Dns.GetHostAddressesAsync(name, family, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // It has none.
        }

        for (var i = 0; i < addresses.Length; i++)
        {
            try
            {
                return await ConnectAsync(target, addresses[i].ToString(), bastion, cancellationToken).ConfigureAwait(false);
            }
            catch (SshFailure e) when (IsUnreached(e) && i + 1 < addresses.Length)
            {
                // The next may be reached.
            }
        }

        throw new SshFailure($"there is no host {name} with an {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address (AddressFamily)");
    }

    private async Task<SshConnection> ConnectAsync(SshTarget target, string address, SshConnection? bastion, CancellationToken cancellationToken)
    {
        var gate = bastion is null ? null : await SshGate.OpenAsync(bastion, target, cancellationToken).ConfigureAwait(false);
        string? refused = null;
        var isGreeted = false;
        var identities = target.Identities();
        var client = Client(target, identities, gate is null ? address : IPAddress.Loopback.ToString(), gate?.Port ?? target.Settings.Port);
        client.ServerIdentificationReceived += (_, _) => isGreeted = true;
        client.HostKeyReceived += (_, e) =>
        {
            try
            {
                refused = target.CheckKey(e.HostKey);
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
            return new SshConnection(target, client, identities, gate, time);
        }
        catch (Exception e)
        {
            _ = Task.Run(client.Dispose, CancellationToken.None).ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            var why = gate?.Failure ?? Reason(target, e, identities, refused);
            identities.Dispose();
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

    private static bool IsUnreached(SshFailure e) => e.InnerException is SocketException or SshOperationTimeoutException;

    private static string Reason(SshTarget target, Exception e, SshIdentities identities, string? refused) => e switch
    {
        _ when refused is not null => refused,
        SshAuthenticationException => $"{target.Settings.User}@{target.Name} is not let in: {e.Message.TrimEnd('.')}; {identities.Summary}",
        SshOperationTimeoutException => $"{target.Name} has not answered within {target.ConnectTimeout.TotalSeconds:0} s",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => $"there is no host {target.Settings.HostName}",
        SocketException => $"{target.Settings.HostName}, port {target.Settings.Port}: {e.Message}",
        _ => $"{target.Name}: {e.Message}",
    };

    private static SshClient Client(SshTarget target, SshIdentities identities, string address, int port)
    {
        var settings = target.Settings;
        ConnectionInfo info = new(address, port, settings.User, identities.Method(settings.User))
        {
            Timeout = target.ConnectTimeout,
            RetryAttempts = 1,
        };
        Choose(info.KeyExchangeAlgorithms, settings.KeyExchanges, KeyExchanges);
        Choose(info.Encryptions, settings.Ciphers, Ciphers);
        Choose(info.HmacAlgorithms, settings.MessageCodes, Macs);
        Choose(info.HostKeyAlgorithms, settings.HostKeyAlgorithms, HostKey.Prefer(HostKeys, target.KeyTypes));
        Choose(info.CompressionAlgorithms, new(settings.Compression ? "zlib@openssh.com,none" : "none"), ["none"]);
        return new(info);
    }

    private static void Choose<T>(IOrderedDictionary<string, T> algorithms, AlgorithmList? list, IReadOnlyList<string> usual)
    {
        var available = algorithms.ToDictionary();
        var chosen = list?.Choose(usual, [.. available.Keys.Where(k => !k.Contains("-cert-", StringComparison.Ordinal))]) ?? usual;
        algorithms.Clear();
        foreach (var name in chosen.Where(available.ContainsKey))
            algorithms.Add(name, available[name]);
    }
}
