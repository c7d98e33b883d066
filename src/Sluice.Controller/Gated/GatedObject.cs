using System.Collections.Immutable;
using System.Collections.ObjectModel;
using Sluice.Api.Gated;
using Sluice.Gating.Holds;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>
/// What is kept in memory of a Flux object: only the fields that Sluice decides by. Its spec, inventory and managed fields are read
/// once and not kept. Objects that name no gates are kept, too: a binding may come to hold them.
/// </summary>
internal sealed class GatedObject : ICachedObject
{
    public required ObjectKey Key { get; init; }

    public required string Uid { get; init; }

    public required string ResourceVersion { get; init; }

    /// <summary>The value of <see cref="GatedAnnotations.Gates"/>, if any.</summary>
    public string? GatesAnnotation { get; init; }

    /// <summary>The value of <see cref="GatedAnnotations.Require"/>, if any.</summary>
    public string? RequireAnnotation { get; init; }

    /// <summary>What <c>spec.gates</c> names; null where the field is absent.</summary>
    public ImmutableArray<GateReference>? SpecGates { get; init; }

    /// <summary>What <see cref="HoldPlan"/> decides by.</summary>
    public required HoldObservation Hold { get; init; }

    /// <summary>Its <c>Approved</c> condition, if it has one.</summary>
    public ApprovedCondition? Approved { get; init; }

    /// <summary>Those of its annotations that go along with events about it, as in Flux; null for the many that have none.</summary>
    public IReadOnlyDictionary<string, string>? EventAnnotations { get; init; }

    /// <summary>Its labels, which bindings select it by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What it deploys, and how that is doing; null for what deploys from no source that can be pinned.</summary>
    public SourceUse? Uses { get; init; }

    /// <summary>Whether it was deleted, and finalizers still keep it.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>Whether its <c>spec.type</c> is <c>oci</c>, as a HelmRepository may have it.</summary>
    public bool IsOci { get; init; }

    /// <summary>Whether it names gates itself, readable or not: an annotation that is there and empty names none that can be read.</summary>
    public bool NamesGates => GatesAnnotation is not null || SpecGates is { IsEmpty: false };

    /// <summary>Whether Sluice has, or had, anything to do with it, whatever bindings there are.</summary>
    public bool IsOfInterest =>
        NamesGates || Approved is not null || Hold is { OwnsSuspend: true } or { HeldBy: not null } or { ReleasingOnce: not null };

    /// <summary>The gates that it names itself and that can be read, with those that hold it: whenever one of these changes, it is looked at.</summary>
    public IEnumerable<string> RelatedGates()
    {
        var named = GateReference.ParseList(GatesAnnotation, Key.Namespace, out _).Concat(SpecGates ?? []).Select(gate => gate.ToString());
        return named.Concat(HeldBy.Gates(Hold.HeldBy)).Distinct();
    }
}
