namespace Sluice.Api.Bindings;

/// <summary>Which gates hold which objects.</summary>
public sealed record GateBindingSpec
{
    /// <summary>The gates.</summary>
    public IReadOnlyList<BoundGate> Gates { get; set; } = [];

    /// <summary>How many of them must be opened: <c>all</c> (default) or <c>oneOf</c>. An object's own gates are counted apart.</summary>
    public string? Require { get; init; }

    /// <summary>The objects that they hold. Unset: every object that can be held, in the reach of the binding.</summary>
    public BindingSelector? Selector { get; init; }

    /// <summary>Objects that they do not hold although the selector has them. Unset: none.</summary>
    public IReadOnlyList<ExcludedObjects>? Exclude { get; init; }

    /// <summary>Whether the gates hold an object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="inNamespace">Its namespace, which is in the reach of the binding.</param>
    /// <param name="namespaceLabels">The labels of that.</param>
    /// <param name="name">Its name.</param>
    /// <param name="labels">Its labels.</param>
    public bool Selects(
        string kind, string inNamespace, IReadOnlyDictionary<string, string> namespaceLabels, string name, IReadOnlyDictionary<string, string> labels) =>
        Selector?.Selects(kind, namespaceLabels, name, labels) != false && Exclude?.Any(excluded => excluded.Has(kind, inNamespace, name)) != true;
}
