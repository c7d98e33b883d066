using Sluice.Gating.Requirements;

namespace Sluice.Api.Gated;

/// <summary>The value of <see cref="GatedAnnotations.HeldBy"/>: which gates hold an object, each with its reason.</summary>
public static class HeldBy
{
    /// <summary>Writes the verdicts that hold an object: <c>flux-system/sre-approval (GateClosed), apps/qa (GateNotFound)</c>.</summary>
    public static string Format(IEnumerable<GateVerdict> blocking) => string.Join(", ", blocking.Select(verdict => $"{verdict.Gate} ({verdict.Kind})"));

    /// <summary>The gates that a value names, as <c>namespace/name</c>; reasons left out.</summary>
    public static IEnumerable<string> Gates(string? value) =>
        string.IsNullOrEmpty(value) ? [] : value.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split(' ', 2)[0]);
}
