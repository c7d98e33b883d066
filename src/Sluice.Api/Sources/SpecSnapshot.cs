namespace Sluice.Api.Sources;

/// <summary>
/// The spec of a source as it was: the target is made from it, also when the source has changed since, or is gone.
/// </summary>
public sealed record SpecSnapshot
{
    /// <summary>Its digest, by which candidates and releases name it.</summary>
    public string Digest { get; set; } = "";

    /// <summary>The spec as JSON, without <c>suspend</c>.</summary>
    public string Spec { get; set; } = "";
}
