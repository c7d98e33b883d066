using Sluice.Api.Gates;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Explaining;

/// <summary>What one gate has to do with one object.</summary>
/// <param name="Gate">The gate as messages write it: <c>namespace/name</c>; an entry that is no gate's name as it stands.</param>
/// <param name="State">One of the states of <see cref="GateCondition"/>.</param>
/// <param name="Reason">Why, as one word.</param>
/// <param name="Message">Why, in a sentence.</param>
/// <param name="Since">Since when it is in that state.</param>
/// <param name="Next">Its next change of state, where one is known.</param>
/// <param name="IsNamed">Whether the object names the gate itself; else a binding does.</param>
/// <param name="HeldFor">The reason for which Sluice says that the gate holds the object; null: it does not say so.</param>
internal sealed record GateFinding(string Gate, string State, string Reason, string Message, DateTimeOffset? Since, NextTransition? Next, bool IsNamed, string? HeldFor = null)
{
    /// <summary>Whether neither Sluice nor the reader's own rights tell if the gate exists: it is in a namespace that keeps it from them.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Whether the gate is opened, though maybe within its margin.</summary>
    public bool IsOpened => State is GateCondition.Opened or GateCondition.Closing;

    /// <summary>Whether a binding puts the gate before the object, named by it or not: then no other of the object's own gates makes up for it.</summary>
    public bool IsBound { get; init; }

    /// <summary>Why only candidates pass the gate, which the object has none of; null where others do, too.</summary>
    public VerdictKind? NeedsRevision { get; init; }

    /// <summary>How long a request to open the gate lasts; null: until it is closed, which asks for nothing where the gate is opened already.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>Whether the gate has windows: what opens by itself may close by itself.</summary>
    public bool HasWindows { get; init; }

    /// <summary>Whether the name that the object has for it is no gate's, or of no gate that is known: what names it is to be corrected.</summary>
    public bool IsMisnamed => IsNamed && Requirement is null
        && (State == GateCondition.Missing || Reason == nameof(VerdictKind.InvalidReference) || State == GateCondition.Denied && IsHidden);

    /// <summary>What stands where it is said how many gates have to open, and cannot be read; null where the finding is about a gate.</summary>
    public string? Requirement { get; init; }

    /// <summary>Whether a check keeps the gate closed, which nobody opens by asking for it.</summary>
    public bool WaitsForCheck => State == GateCondition.Closed && NeedsRevision is null && Reason is GateReasons.CheckFailed or GateReasons.CheckPending;

    /// <summary>
    /// Whether the gate lets a held object go: not within its margin, not when it lets candidates alone pass, and not when it holds it for a reason
    /// that this program does not know.
    /// </summary>
    public bool Releases => State == GateCondition.Opened && !IsHeldForUnknown && NeedsRevision is null;

    /// <summary>Whether the reason for which it holds the object is one of a later release.</summary>
    public bool IsHeldForUnknown => HeldFor is { Length: > 0 } && !Enum.TryParse<VerdictKind>(HeldFor, out _);

    /// <summary>When the gate opens by itself, and lets the object pass, where that is known.</summary>
    public DateTimeOffset? OpensAt => !IsOpened && NeedsRevision is null && Next is { To: GateStateNames.Opened } next ? next.At : null;

    /// <summary>Whether it is known that the gate lets the object pass at an instant, if nobody does anything.</summary>
    public bool IsKnownToRelease(DateTimeOffset at) => OpensAt is { } opens
        ? opens == at || opens < at && !HasWindows && Next?.Reason != GateReasons.OpenWindowStarted
        : Releases && !(Next is { To: GateStateNames.Closed } next && next.At <= at);

    /// <summary>How it stands, in a word for sentences.</summary>
    public string Word => NeedsRevision is null ? State.ToLowerInvariant() : "needs a GatedSource";
}
