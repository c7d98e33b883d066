using Sluice.Kubernetes;

namespace Sluice.Controller.Notifications;

/// <summary>Something that people should know of an object.</summary>
internal sealed record Notice
{
    public required string ApiVersion { get; init; }

    public required string Kind { get; init; }

    public required ObjectKey Key { get; init; }

    public required string Uid { get; init; }

    public required string ResourceVersion { get; init; }

    /// <summary>Those of the object's annotations that the sender of a Flux event copies.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Whether somebody has to do something about it.</summary>
    public bool IsWarning { get; init; }

    /// <summary>Why, as one CamelCase word.</summary>
    public required string Reason { get; init; }

    public required string Message { get; init; }

    /// <summary>The gates that it is about, comma-separated.</summary>
    public required string Gates { get; init; }

    /// <summary>Who caused it, as far as that is known.</summary>
    public string? By { get; init; }
}
