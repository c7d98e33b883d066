namespace Sluice.Api.Sources;

/// <summary>A source in the namespace of the object that names it.</summary>
public sealed record SourceReference
{
    /// <summary><c>GitRepository</c>, <c>OCIRepository</c> or <c>HelmChart</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";
}
