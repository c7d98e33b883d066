using Sluice.Api.Gates;

namespace Sluice.Api.Bindings;

/// <summary>Selects objects: those that have everything that is given. Unset or empty: that does not matter.</summary>
public sealed record BindingSelector
{
    /// <summary>The kinds, such as <c>Kustomization</c>.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>The names.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The labels that an object must have, all of them.</summary>
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>The namespaces, for a <c>ClusterGateBinding</c>.</summary>
    public NamespaceSelector? NamespaceSelector { get; init; }

    /// <summary>Whether an object is selected.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="namespaceLabels">The labels of its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="labels">Its labels.</param>
    public bool Selects(string kind, IReadOnlyDictionary<string, string> namespaceLabels, string name, IReadOnlyDictionary<string, string> labels) =>
        (Kinds is not { Count: > 0 } kinds || kinds.Contains(kind))
        && (Names is not { Count: > 0 } names || names.Contains(name))
        && (MatchLabels ?? new Dictionary<string, string>()).All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value)
        && NamespaceSelector?.Selects(namespaceLabels) != false;
}
