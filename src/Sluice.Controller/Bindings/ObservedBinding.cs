using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Api.Bindings;
using Sluice.Api.Serialization;
using Sluice.Controller.Gated;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Controller.Bindings;

/// <summary>A GateBinding or a ClusterGateBinding as the API server has it, with its gates as they are looked up.</summary>
internal sealed class ObservedBinding : ICachedObject
{
    private ObservedBinding(GateBinding binding)
    {
        Binding = binding;
        Gates = [.. binding.Spec.Gates.Select(gate => gate.From(binding.Metadata.Namespace)).Distinct()];
    }

    public GateBinding Binding { get; }

    /// <summary>The gates that it puts before objects.</summary>
    public ImmutableArray<GateReference> Gates { get; }

    public Require Require => Binding.Spec.Require == "oneOf" ? Require.OneOf : Require.All;

    public bool IsClusterWide => Binding.Kind == GateBinding.ClusterKindName;

    /// <summary>As messages write it: <c>GateBinding 'production'</c>.</summary>
    public string Title => $"{Binding.Kind} '{Binding.Metadata.Name}'";

    public ObjectKey Key => new(Binding.Metadata.Namespace ?? "", Binding.Metadata.Name);

    public string Uid => Binding.Metadata.Uid ?? "";

    public string ResourceVersion => Binding.Metadata.ResourceVersion ?? "";

    /// <summary>Reads one, of which list items do not say the kind.</summary>
    public static ObservedBinding Read(ReadOnlySpan<byte> json, string kind)
    {
        var binding = JsonSerializer.Deserialize(json, ApiJson.Default.GateBinding) ?? throw new JsonException($"Expected a {kind} and found null.");
        return new(binding with { Kind = kind, Metadata = binding.Metadata with { ManagedFields = null, Labels = null, Annotations = null } });
    }

    /// <summary>Whether it puts its gates before an object that is in its reach.</summary>
    public bool Selects(string kind, GatedObject gated, IReadOnlyDictionary<string, string> namespaceLabels) =>
        Binding.Spec.Selects(kind, gated.Key.Namespace, namespaceLabels, gated.Key.Name, gated.Labels);

    /// <summary>Whether a change leaves the same gates before the same objects, as when only the status is written.</summary>
    public static bool BindsLikeBefore(ObjectChange<ObservedBinding> change) =>
        change is { Old: { } before, New: { } after } && before.Uid == after.Uid && before.Binding.Metadata.Generation == after.Binding.Metadata.Generation;
}
