namespace CrCache.Routes;

/// <summary>A program <c>ssh</c> that carries one command.</summary>
/// <param name="ssh">The program.</param>
internal sealed class SshProgramCarrier(ChildProcess ssh) : SshCarrier
{
    public override Stream Input => ssh.Input;

    public override Stream Output => ssh.Output;

    public override Stream Error => ssh.Error;

    public override Task<SshCarrierEnd> Ended { get; } = EndAsync(ssh);

    public override bool IsAlone => true;

    public override void Abort(int signal) => ssh.Signal(signal);

    public override async ValueTask CloseAsync()
    {
        await ssh.Input.DisposeAsync().ConfigureAwait(false);
        await ssh.Output.DisposeAsync().ConfigureAwait(false);
        await ssh.Error.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<SshCarrierEnd> EndAsync(ChildProcess ssh) => new(await ssh.Ended.ConfigureAwait(false), IsCertain: false);
}
