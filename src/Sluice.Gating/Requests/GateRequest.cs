using Sluice.Gating.Gates;
using Sluice.Gating.Releases;

namespace Sluice.Gating.Requests;

/// <summary>
/// One person's request to open or close a gate, latched: it is in force from its receipt until <see cref="ResetAt"/>,
/// whatever becomes of the annotation that carried it.
/// </summary>
/// <remarks>
/// Its end is fixed when it is received, by the window of that moment: a window that is lengthened later must not open a gate again
/// whose request has run out.
/// </remarks>
public sealed record GateRequest
{
    /// <summary>The state that is asked for.</summary>
    public required GateState Target { get; init; }

    /// <summary>The stamp as it was given, before it was limited to the time of receipt.</summary>
    public required DateTimeOffset Stamp { get; init; }

    /// <summary>When it was asked for: the stamp, never later than the time of receipt.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>
    /// When the gate resets to its default: <see cref="RequestedAt"/> for a request for what the gate is by its windows and its default anyway,
    /// else that plus the window; <see langword="null"/> without a window, which means until the opposite request. An override always ends.
    /// </summary>
    public required DateTimeOffset? ResetAt { get; init; }

    /// <summary>The revision or digest that an open request is limited to; <see langword="null"/> opens the gate for everything.</summary>
    public string? Revision { get; init; }

    /// <summary>
    /// Why an open request is an emergency override, which is stronger than every window; <see langword="null"/> when it is none.
    /// </summary>
    public string? Override { get; init; }

    /// <summary>Who asked, as far as that is known.</summary>
    public string? By { get; init; }

    /// <summary>Why, in the words of who asked.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether this was a request for what the gate is without it, which ends as soon as it is made.</summary>
    public bool ResetsAtOnce => ResetAt == RequestedAt;

    /// <summary>Whether the request still decides at <paramref name="now"/>. Its end is not part of it.</summary>
    public bool IsInForce(DateTimeOffset now) => ResetAt is not { } end || now < end;

    /// <summary>
    /// Whether the request is about <paramref name="candidate"/>: a request that names a revision is about that one alone. A name without a checksum, such as the version of a chart, names none: any other
    /// source at the gate may have it as well.
    /// </summary>
    public bool Admits(Candidate? candidate) =>
        Revision is null || Target == GateState.Closed || candidate is not null && Revisions.HasChecksum(Revision) && candidate.IsNamedBy(Revision);
}
