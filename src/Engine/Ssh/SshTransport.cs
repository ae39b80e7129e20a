namespace CrCache.Ssh;

/// <summary>What makes an ssh connection.</summary>
public enum SshTransport
{
    /// <summary>CrCache itself.</summary>
    BuiltIn,

    /// <summary>The <c>ssh</c> program.</summary>
    OpenSsh,
}
