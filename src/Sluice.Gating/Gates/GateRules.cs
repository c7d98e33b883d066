using System.Collections.Immutable;
using Sluice.Gating.Approvals;
using Sluice.Gating.Checks;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Gates;

/// <summary>The rules of one gate, as its spec states them: what <see cref="GateDecision.Decide(GateRules, Requests.GateRequest?, Candidate?, DateTimeOffset)"/> decides by.</summary>
public sealed record GateRules
{
    /// <summary>The state when nothing else decides. Default: <see cref="GateState.Closed"/>.</summary>
    public GateState Default { get; init; } = GateState.Closed;

    /// <summary>
    /// How long a manual request lasts before the gate resets to its default. Greater than zero;
    /// <see langword="null"/> (the default): until the opposite request.
    /// </summary>
    public TimeSpan? Window { get; init; }

    /// <summary>The scheduled windows. Default: none.</summary>
    public Schedule Schedule { get; init; } = Schedule.Empty;

    /// <summary>
    /// How long before a closing that windows cause nothing new is released, so that what starts inside a window can finish inside it. Greater
    /// than zero; <see langword="null"/> (the default): until the closing itself. The end of a person's own request keeps no margin.
    /// </summary>
    public TimeSpan? Margin { get; init; }

    /// <summary>
    /// The approvals that a candidate needs besides an opened gate; <see langword="null"/> (the default): none. What has no candidates does not
    /// pass a gate with approvals.
    /// </summary>
    public ApprovalRules? Approvals { get; init; }

    /// <summary>What can keep the gate closed though it is otherwise opened. Each of them must pass. Default: none.</summary>
    public ImmutableArray<Check> Checks { get; init; } = [];

    /// <summary>
    /// Why the spec cannot be understood, naming the field, the value and what is allowed; <see langword="null"/> when it can.
    /// A gate whose rules cannot be understood is closed.
    /// </summary>
    public string? Fault { get; init; }

    internal LastDecision Last { get; } = new();
}
