namespace CrCache.Hooks;

/// <summary>The points of a resource's life at which a user's scripts run.</summary>
internal static class HookStages
{
    /// <summary>As a resource has been made and before it is handed out.</summary>
    public const string Provision = "provision.d";

    /// <summary>Before a resource is unmade.</summary>
    public const string Discard = "discard.d";
}
