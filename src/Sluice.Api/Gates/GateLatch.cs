using System.Collections.Immutable;
using Sluice.Gating.Requests;

namespace Sluice.Api.Gates;

/// <summary>Carries requests between the API and the domain: from annotations, and to and from the status that latches them.</summary>
public static class GateLatch
{
    /// <summary>What the annotations of a gate ask for.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="trustRequestedBy">
    /// Whether <see cref="GateAnnotations.OpenRequestedBy"/> and <see cref="GateAnnotations.CloseRequestedBy"/> are believed: only where admission
    /// lets nobody claim to be another. Otherwise, and where they are missing, <c>manager:</c> and the field manager that wrote the request.
    /// </param>
    public static RequestAnnotations ReadRequests(this Gate gate, bool trustRequestedBy)
    {
        var annotations = gate.Metadata.Annotations;
        return new()
        {
            OpenRequestedAt = annotations?.GetValueOrDefault(GateAnnotations.OpenRequestedAt),
            OpenRevision = annotations?.GetValueOrDefault(GateAnnotations.OpenRevision),
            OpenReason = annotations?.GetValueOrDefault(GateAnnotations.OpenReason),
            OpenOverride = annotations?.GetValueOrDefault(GateAnnotations.OpenOverride),
            OpenBy = Requester(GateAnnotations.OpenRequestedBy) ?? gate.Metadata.FindWriter(GateAnnotations.OpenRequestedAt),
            CloseRequestedAt = annotations?.GetValueOrDefault(GateAnnotations.CloseRequestedAt),
            CloseReason = annotations?.GetValueOrDefault(GateAnnotations.CloseReason),
            CloseBy = Requester(GateAnnotations.CloseRequestedBy) ?? gate.Metadata.FindWriter(GateAnnotations.CloseRequestedAt),
        };

        string? Requester(string annotation) => trustRequestedBy && annotations?.GetValueOrDefault(annotation) is { Length: > 0 } user ? user : null;
    }

    /// <summary>What the status has latched.</summary>
    public static LatchedRequests ReadLatched(this GateStatus? status) => status is null ? LatchedRequests.None : new()
    {
        HandledOpen = status.LastHandledOpenAt,
        HandledClose = status.LastHandledCloseAt,
        HandledOverride = status.LastHandledOverride,
        TakenAhead = status.TakenAhead?.Select(taken => new TakenStamp(GateStateNames.Parse(taken.Target), taken.Stamp)).ToImmutableArray() ?? [],
        Current = status is not { Request: { } request, RequestedAt: { } requestedAt } ? null : new()
        {
            Target = GateStateNames.Parse(request.Target),
            Stamp = request.Stamp,
            RequestedAt = requestedAt,
            ResetAt = status.ResetToDefaultAt,
            Revision = request.Revision,
            Override = request.Override,
            By = status.RequestedBy,
            Reason = request.Reason,
        },
    };

    /// <summary>The status with the requests latched.</summary>
    public static GateStatus WithLatched(this GateStatus status, LatchedRequests latched) => status with
    {
        LastHandledOpenAt = latched.HandledOpen,
        LastHandledCloseAt = latched.HandledClose,
        LastHandledOverride = latched.HandledOverride,
        TakenAhead = latched.TakenAhead.IsEmpty ? null : [.. latched.TakenAhead.Select(taken => new TakenRequest { Target = GateStateNames.Of(taken.Target), Stamp = taken.Stamp })],
        RequestedAt = latched.Current?.RequestedAt,
        RequestedBy = latched.Current?.By,
        ResetToDefaultAt = latched.Current?.ResetAt,
        Request = latched.Current is not { } current ? null : new()
        {
            Target = GateStateNames.Of(current.Target),
            Stamp = current.Stamp,
            Revision = current.Revision,
            Override = current.Override,
            Reason = current.Reason,
        },
    };
}
