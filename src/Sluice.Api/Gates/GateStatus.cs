using Sluice.Api.Metadata;

namespace Sluice.Api.Gates;

/// <summary>What the controller found, and what it must not forget.</summary>
public sealed record GateStatus
{
    /// <summary>The generation of the spec that this status is about; -1 before the first look.</summary>
    public long ObservedGeneration { get; set; } = -1;

    /// <summary>The value of <c>reconcile.fluxcd.io/requestedAt</c> that was handled last.</summary>
    public string? LastHandledReconcileAt { get; init; }

    /// <summary>The value of <c>open.gate.fluxcd.io/requestedAt</c> that was handled last, whatever came of it.</summary>
    public string? LastHandledOpenAt { get; init; }

    /// <summary>The value of <c>close.gate.fluxcd.io/requestedAt</c> that was handled last, whatever came of it.</summary>
    public string? LastHandledCloseAt { get; init; }

    /// <summary>The value of <c>open.gate.fluxcd.io/override</c> that a request was taken with, for as long as it stands there.</summary>
    public string? LastHandledOverride { get; init; }

    /// <summary>When the request that the gate follows was made, never later than its receipt.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>Who made it, as far as that is known.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>When the gate resets to its default.</summary>
    public DateTimeOffset? ResetToDefaultAt { get; init; }

    /// <summary>The rest of the request that the gate follows.</summary>
    public LatchedRequest? Request { get; init; }

    /// <summary>Requests whose stamps lay in the future when they were taken, remembered so that none is taken twice.</summary>
    public IReadOnlyList<TakenRequest>? TakenAhead { get; init; }

    /// <summary>The next change of state, where one is known.</summary>
    public NextTransition? NextTransition { get; init; }

    /// <summary>How many objects this gate keeps held now.</summary>
    public int Held { get; init; }

    /// <summary>The last 20 transitions, and requests that were taken and change no state, such as one for a revision alone; the newest first.</summary>
    public IReadOnlyList<TransitionRecord>? History { get; init; }

    /// <summary>The conditions: <c>Ready</c>, <c>Opened</c>, and <c>Stalled</c> while it is true.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>The condition of a type, or <see langword="null"/>.</summary>
    public Condition? FindCondition(string type) => Conditions?.FirstOrDefault(condition => condition.Type == type);
}
