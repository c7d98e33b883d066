using System.Text.Json.Serialization;
using Sluice.Gating.Time;

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

    /// <summary>The condition that takes the place of <paramref name="was"/>: while its status stays the same, so does the time since when.</summary>
    /// <param name="was">The condition of that type before; <see langword="null"/> when there was none.</param>
    /// <param name="type">The type.</param>
    /// <param name="status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
    /// <param name="reason">Why, as one CamelCase word.</param>
    /// <param name="message">Why, in a sentence.</param>
    /// <param name="generation">The generation that it is about.</param>
    /// <param name="now">The present instant, of which whole seconds are kept.</param>
    public static Condition Next(Condition? was, string type, string status, string reason, string message, long? generation, DateTimeOffset now) => new()
    {
        Type = type,
        Status = status,
        ObservedGeneration = generation,
        LastTransitionTime = was?.Status == status ? was.LastTransitionTime : Rfc3339.WholeSecond(now),
        Reason = reason,
        Message = message,
    };
}
