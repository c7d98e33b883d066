namespace Sluice.Gating.Gates;

/// <summary>The reasons that a gate's decisions, transitions and conditions carry.</summary>
public static class GateReasons
{
    /// <summary>A default or a manual request decided; the proposal's own word.</summary>
    public const string ReconciliationSucceeded = nameof(ReconciliationSucceeded);

    /// <summary>The spec cannot be understood, so the gate is closed.</summary>
    public const string InvalidSpec = nameof(InvalidSpec);

    /// <summary>A manual request cannot be read; the gate keeps the state that was otherwise decided.</summary>
    public const string InvalidRequest = nameof(InvalidRequest);

    /// <summary>The gate is opened for one revision alone, and what asks is not that revision.</summary>
    public const string OpenedForRevision = nameof(OpenedForRevision);

    /// <summary>The window of a manual request ended.</summary>
    public const string RequestExpired = nameof(RequestExpired);

    /// <summary>A manual request came into force.</summary>
    public const string Requested = nameof(Requested);

    /// <summary>The default decided, since nothing else does.</summary>
    public const string Default = nameof(Default);
}
