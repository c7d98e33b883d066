namespace Sluice.Api.Metadata;

/// <summary>Any object, reduced to its metadata.</summary>
public sealed record PartialObject
{
    /// <summary>The metadata.</summary>
    public ObjectMeta Metadata { get; set; } = new();
}
