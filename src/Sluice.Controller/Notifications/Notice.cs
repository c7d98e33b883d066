using Sluice.Api.Audit;
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

    /// <summary>Why its gates are as they are, as one CamelCase word: <c>GateClosed</c>, <c>AccessDenied</c>, <c>RequestExpired</c>. Null: as <see cref="Reason"/>.</summary>
    public string? GateReason { get; init; }

    /// <summary>What each gate said that was asked.</summary>
    public IReadOnlyList<AuditGate> GateStates { get; init; } = [];

    /// <summary>The revision that it is about, as Flux writes it.</summary>
    public string? Revision { get; init; }

    /// <summary>The digest of its artifact.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of the source's spec that it was made with.</summary>
    public string? SpecDigest { get; init; }

    /// <summary>Who caused it, as far as that is known.</summary>
    public string? By { get; init; }
}
