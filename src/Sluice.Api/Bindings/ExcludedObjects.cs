namespace Sluice.Api.Bindings;

/// <summary>Objects that a binding leaves alone: those that have everything that is given.</summary>
public sealed record ExcludedObjects
{
    /// <summary>Their kind. Unset: any.</summary>
    public string? Kind { get; init; }

    /// <summary>Their namespace. Unset: any.</summary>
    public string? Namespace { get; init; }

    /// <summary>Their name. Unset: any.</summary>
    public string? Name { get; init; }

    /// <summary>Whether an object is among them.</summary>
    public bool Has(string kind, string inNamespace, string name) =>
        (Kind ?? kind) == kind && (Namespace ?? inNamespace) == inNamespace && (Name ?? name) == name;
}
