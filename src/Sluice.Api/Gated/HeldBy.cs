using Sluice.Gating.Requirements;

namespace Sluice.Api.Gated;

/// <summary>The value of <see cref="GatedAnnotations.HeldBy"/>: which gates hold an object, each with its reason.</summary>
public static class HeldBy
{
    /// <summary>What stands for the name of a gate where <see cref="GatedAnnotations.Gates"/> is there and empty.</summary>
    public const string NoName = "(empty)";

    /// <summary>
    /// Writes the verdicts that hold an object: <c>flux-system/sre-approval (GateClosed), apps/qa (GateNotFound)</c>. Beyond
    /// <see cref="HoldDecision.MaxNamed"/> they are counted, so that a list as long as annotations may be leaves room for this one.
    /// </summary>
    public static string Format(IReadOnlyCollection<GateVerdict> blocking)
    {
        var named = string.Join(", ", blocking.Take(HoldDecision.MaxNamed).Select(verdict => $"{verdict.Gate} ({verdict.Kind})"));
        return blocking.Count > HoldDecision.MaxNamed ? $"{named}, … ({blocking.Count - HoldDecision.MaxNamed} more)" : named;
    }

    /// <summary>The gates that a value names, as <c>namespace/name</c>; reasons left out, and what is no gate's name.</summary>
    public static IEnumerable<string> Gates(string? value) =>
        string.IsNullOrEmpty(value) ? [] : value.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split(' ', 2)[0]).Where(gate => gate.Contains('/', StringComparison.Ordinal));
}
