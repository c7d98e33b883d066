using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Api.Metadata;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;
using Sluice.Controller.Caching;
using Sluice.Controller.Gated;
using Sluice.Gating.Releases;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Controller.Sources;

/// <summary>A GatedSource as the API server has it, with what the domain makes of it.</summary>
internal sealed class ObservedGatedSource : ICachedObject
{
    /// <summary>The reason of one that may not have the target that it wants.</summary>
    public const string TargetConflict = nameof(TargetConflict);

    private readonly PackedJson<GatedSourceStatus>? _status;

    private ObservedGatedSource(GatedSource source, RollbackRequest? rollback)
    {
        Rollback = rollback;
        Source = source with { Status = null };
        Gates = [.. source.Spec.Gates.Select(gate => gate.From(source.Metadata.Namespace)).Distinct()];
        _status = source.Status is { } status ? new(status, ApiJson.Default.GatedSourceStatus) : null;
        IsRefusedItsTarget = source.Status is { } seen && seen.ObservedGeneration == source.Metadata.Generation && seen.FindCondition(ConditionTypes.Stalled)?.Reason == TargetConflict;
        MayInclude = source.Spec.SourceRef.Kind == SourceKinds.Git
            && (source.Status?.FindCondition(ConditionTypes.Stalled) is not null || source.Status?.Specs?.Any(snapshot => PinnedSpec.Includes(snapshot.Spec).Count > 0) == true);
    }

    /// <summary>The object, without its status.</summary>
    public GatedSource Source { get; }

    /// <summary>Its status; null before the first.</summary>
    public GatedSourceStatus? Status => _status?.Unpack();

    /// <summary>The gates that its candidates wait at.</summary>
    public ImmutableArray<GateReference> Gates { get; }

    /// <summary>Whether its status says that another has the target that it wants.</summary>
    public bool IsRefusedItsTarget { get; }

    /// <summary>Whether what is released includes other sources, or what went before or waits does; or whether it is stalled, perhaps by what the source includes.</summary>
    public bool MayInclude { get; }

    /// <summary>What is included by what is released, and by what waits; not by what somebody asks to go back to, which others need not make way for.</summary>
    public IEnumerable<GatedKey> Included => !MayInclude || Status is not { } status ? [] : (status.Specs ?? [])
        .Where(snapshot => snapshot.Digest == status.Released?.SpecDigest || status.Candidate is { Rollback: not true } waiting && snapshot.Digest == waiting.SpecDigest)
        .SelectMany(snapshot => PinnedSpec.Includes(snapshot.Spec))
        .Select(Named)
        .OfType<GatedKey>();

    public Require Require => Source.Spec.Require == "oneOf" ? Require.OneOf : Require.All;

    /// <summary>What was released and what waits, as its status has it.</summary>
    public ReleaseState State => Status.ToState();

    public ObjectKey Key => new(Source.Metadata.Namespace ?? "", Source.Metadata.Name);

    public string Uid => Source.Metadata.Uid ?? "";

    public string ResourceVersion => Source.Metadata.ResourceVersion ?? "";

    /// <summary>The source; null when it is of a kind that cannot be pinned.</summary>
    public GatedKey? SourceKey => Named(Source.Spec.SourceRef.Name);

    /// <summary>The target; null when it is of a kind that cannot be pinned.</summary>
    public GatedKey? TargetKey => Named(Source.Spec.Target.Name);

    /// <summary>What a person asks to go back to.</summary>
    public RollbackRequest? Rollback { get; }

    /// <summary>Reads one, and drops what is not used again.</summary>
    /// <param name="json">The object.</param>
    /// <param name="trustRequestedBy">Whether it is believed who asks to go back, since admission lets nobody claim to be another; else it is told by the field manager, as of requests to gates.</param>
    public static ObservedGatedSource Read(ReadOnlySpan<byte> json, bool trustRequestedBy)
    {
        var source = JsonSerializer.Deserialize(json, ApiJson.Default.GatedSource) ?? throw new JsonException("Expected a GatedSource and found null.");
        return new(source with { Metadata = source.Metadata with { ManagedFields = null, Labels = null, Annotations = KeptAnnotations(source.Metadata.Annotations) } }, source.ReadRollback(trustRequestedBy));
    }

    private GatedKey? Named(string name) => SourceKinds.TryFind(Source.Spec.SourceRef.Kind, out var kind) ? new(kind, new(Key.Namespace, name)) : null;

    // kubectl's last-applied-configuration alone is as large as the object.
    private static Dictionary<string, string>? KeptAnnotations(IReadOnlyDictionary<string, string>? annotations) =>
        annotations?.Where(annotation => annotation.Key is FluxAnnotations.ReconcileRequestedAt || annotation.Key.StartsWith(FluxAnnotations.EventPrefix, StringComparison.Ordinal))
            .ToDictionary(annotation => annotation.Key, annotation => annotation.Value);
}
