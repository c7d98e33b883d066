namespace Sluice.Api.Gates;

/// <summary>The namespaces that may refer to an object from outside its own, in the shape of Flux's access control lists.</summary>
public sealed record AccessFrom
{
    /// <summary>A namespace that any of these selects may refer to the object. Empty: none may.</summary>
    public IReadOnlyList<NamespaceSelector> NamespaceSelectors { get; set; } = [];

    /// <summary>Whether a namespace with these labels may refer to the object.</summary>
    public bool Admits(IReadOnlyDictionary<string, string> labels) => NamespaceSelectors.Any(selector => selector.Selects(labels));
}
