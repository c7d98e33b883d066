using System.Text.Json.Serialization;

namespace Sluice.Api.Metadata;

/// <summary>A Kubernetes condition.</summary>
public sealed record Condition
{
    /// <summary>The type, of which an object has one condition each.</summary>
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The generation that the condition is about.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>When the status last changed.</summary>
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>Why, as one CamelCase word.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Why, in a sentence.</summary>
    public string Message { get; set; } = "";

    /// <summary>Whether the condition is true.</summary>
    [JsonIgnore]
    public bool IsTrue => Status == "True";
}
