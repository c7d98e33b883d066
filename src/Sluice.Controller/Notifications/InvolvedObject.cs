namespace Sluice.Controller.Notifications;

/// <summary>The object that an event is about. notification-controller refuses an event without kind, name and namespace.</summary>
public sealed record InvolvedObject
{
    /// <summary>Group and version, such as <c>kustomize.toolkit.fluxcd.io/v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The kind; an Alert matches it exactly.</summary>
    public required string Kind { get; init; }

    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The object's uid, when known.</summary>
    public string? Uid { get; init; }

    /// <summary>The resourceVersion that the event is about, when known.</summary>
    public string? ResourceVersion { get; init; }
}
