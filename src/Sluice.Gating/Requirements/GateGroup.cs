using System.Collections.Immutable;

namespace Sluice.Gating.Requirements;

/// <summary>
/// Gates that are counted together: those that an object names itself, or those of one binding. Every group must pass,
/// so that an application's <c>oneOf</c> never gets around the platform's gates.
/// </summary>
/// <param name="Require">How many of them must be opened.</param>
/// <param name="Verdicts">What each of them says.</param>
/// <param name="Binding">The binding that names them, as messages write it: <c>ClusterGateBinding 'freeze'</c>; null for the object's own.</param>
public sealed record GateGroup(Require Require, ImmutableArray<GateVerdict> Verdicts, string? Binding = null)
{
    /// <summary>Whether the group lets the object pass. A group of no gates has nothing against it; a verdict that cannot be read never passes.</summary>
    public bool Passes =>
        Verdicts.IsEmpty
        || !Verdicts.Any(v => v.Kind == VerdictKind.InvalidReference)
        && (Require == Require.All ? Verdicts.All(IsOpened) : Verdicts.Any(IsOpened));

    private static bool IsOpened(GateVerdict verdict) => verdict.Kind == VerdictKind.Opened;
}
