using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Cluster;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;
using Sluice.Gating.Time;

namespace Sluice.Cli.Explaining;

/// <summary>Finds out what gates have to do with an object, and what stands where gates should be named.</summary>
internal static class GateFindings
{
    /// <summary>What <see cref="GatedAnnotations.Require"/> says where one opened gate is enough.</summary>
    public const string OneOf = "oneOf";

    private const string All = "all";

    // What a person can read at a glance; an annotation may be much longer.
    private const int MaxLength = 64;

    /// <summary>What a gate has to do with an object.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="lookup">What came of looking for it.</param>
    /// <param name="heldFor">The reason for which Sluice says that it holds the object; null: it does not say so.</param>
    /// <param name="isNamed">Whether the object names it itself.</param>
    public static GateFinding Of(GateReference gate, GateLookup? lookup, string? heldFor, bool isNamed)
    {
        var isDenied = heldFor == nameof(VerdictKind.AccessDenied);
        if (lookup is not { Gate: { } found })
        {
            return lookup?.Problem is not { } problem ? Finding(GateCondition.Missing, nameof(VerdictKind.GateNotFound), "there is no such gate")
                : isDenied ? Finding(GateCondition.Denied, heldFor!, "there is no such gate, or it does not admit this namespace") with { IsHidden = true }
                : Finding(GateCondition.Unknown, heldFor ?? "", problem) with { NeedsRevision = NeedsRevision(heldFor) };
        }

        if (isDenied)
            return Finding(GateCondition.Denied, heldFor!, "the gate does not admit this namespace");
        var condition = GateCondition.Of(found);
        return new GateFinding(gate.ToString(), condition.State, condition.Reason, condition.Message, condition.Since, found.Status?.NextTransition, isNamed, heldFor)
        {
            IsBound = !isNamed,
            Window = GoDuration.TryParse(found.Spec.Window, out var window) ? window : null,
            HasWindows = found.Spec.Windows is { Count: > 0 },
            NeedsRevision = NeedsRevision(heldFor) ?? (heldFor is null && condition.Reason != GateReasons.InvalidSpec ? NeedsRevision(found) : null),
        };

        GateFinding Finding(string state, string reason, string message) =>
            new(gate.ToString(), state, reason, message, null, null, isNamed, heldFor) { IsBound = !isNamed };
    }

    /// <summary>An entry of the list of gates that is no gate's name.</summary>
    public static GateFinding Unreadable(FluxObject item, string entry)
    {
        var isEmpty = string.IsNullOrWhiteSpace(item.Annotation(GatedAnnotations.Gates));
        return new(isEmpty ? HeldBy.NoName : entry, GateCondition.Missing, nameof(VerdictKind.InvalidReference), isEmpty ? "the annotation names no gate" : "this is not a gate's name", null, null, true);
    }

    /// <summary>What stands where it is said how many gates have to open, if it cannot be read: judged as sluice-controller does, spaces and capitals included.</summary>
    public static IEnumerable<GateFinding> UnreadableRequirement(FluxObject item)
    {
        var namesGates = item.Annotation(GatedAnnotations.Gates) is not null || item.Spec.Gates.Count > 0;
        if (namesGates && item.Annotation(GatedAnnotations.Require) is { } written and not (All or OneOf))
        {
            var found = written.Length <= MaxLength ? written : written[..MaxLength] + "…";
            yield return new($"require={found}", GateCondition.Unreadable, nameof(VerdictKind.InvalidReference), $"annotation {GatedAnnotations.Require}: expected '{All}' or '{OneOf}'", null, null, true)
            {
                Requirement = found,
            };
        }
    }

    private static VerdictKind? NeedsRevision(string? heldFor) => heldFor switch
    {
        nameof(VerdictKind.ApprovalNeedsRevision) => VerdictKind.ApprovalNeedsRevision,
        nameof(VerdictKind.CheckNeedsRevision) => VerdictKind.CheckNeedsRevision,
        _ => null,
    };

    // What sluice-controller will say of a gate, where it has not yet.
    private static VerdictKind? NeedsRevision(Gate gate)
    {
        if (gate.Spec is { Approvals: null, Checks: null })
            return null;
        // Windows have no say in it, and their calendars are not read for it.
        var rules = (gate.Spec with { Windows = null }).ToRules(NoCalendars.Instance);
        return rules.Approvals is not null ? VerdictKind.ApprovalNeedsRevision
            : rules.Checks.Any(check => check.IsAboutCandidate) ? VerdictKind.CheckNeedsRevision
            : null;
    }
}
