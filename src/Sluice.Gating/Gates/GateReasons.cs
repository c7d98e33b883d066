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

    /// <summary>An open window is active.</summary>
    public const string OpenWindow = nameof(OpenWindow);

    /// <summary>A close window is active.</summary>
    public const string CloseWindow = nameof(CloseWindow);

    /// <summary>An emergency override is in force.</summary>
    public const string Overridden = nameof(Overridden);

    /// <summary>The gate is opened, and closes by schedule within its margin: nothing new is released.</summary>
    public const string ClosingSoon = nameof(ClosingSoon);

    /// <summary>The gate is otherwise opened, and a check does not pass.</summary>
    public const string CheckFailed = nameof(CheckFailed);

    /// <summary>The gate is otherwise opened, and a check has not been answered yet.</summary>
    public const string CheckPending = nameof(CheckPending);

    /// <summary>An open window began.</summary>
    public const string OpenWindowStarted = nameof(OpenWindowStarted);

    /// <summary>An open window ended.</summary>
    public const string OpenWindowEnded = nameof(OpenWindowEnded);

    /// <summary>A close window began.</summary>
    public const string CloseWindowStarted = nameof(CloseWindowStarted);

    /// <summary>A close window ended.</summary>
    public const string CloseWindowEnded = nameof(CloseWindowEnded);

    /// <summary>An emergency override ended.</summary>
    public const string OverrideExpired = nameof(OverrideExpired);

    /// <summary>The window of a manual request ended.</summary>
    public const string RequestExpired = nameof(RequestExpired);

    /// <summary>A manual request came into force.</summary>
    public const string Requested = nameof(Requested);

    /// <summary>The default decided, since nothing else does.</summary>
    public const string Default = nameof(Default);
}
