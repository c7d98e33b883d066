namespace Sluice.Api.Bindings;

/// <summary>The objects that are behind a binding's gates.</summary>
public sealed record MatchedObjects
{
    /// <summary>How many.</summary>
    public int Count { get; init; }

    /// <summary>The first ten in order, as <c>Kustomization apps/my-app</c>.</summary>
    public IReadOnlyList<string> Sample { get; set; } = [];
}
