namespace Sluice.Api.Gates;

/// <summary>Selects namespaces by their labels.</summary>
public sealed record NamespaceSelector
{
    /// <summary>The labels that a namespace must have, all of them. Empty: every namespace is selected, as in Flux.</summary>
    public IReadOnlyDictionary<string, string> MatchLabels { get; set; } = new Dictionary<string, string>();

    /// <summary>Whether a namespace with these labels is selected.</summary>
    public bool Selects(IReadOnlyDictionary<string, string> labels) =>
        MatchLabels.All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);
}
