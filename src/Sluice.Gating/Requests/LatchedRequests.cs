using System.Collections.Immutable;

namespace Sluice.Gating.Requests;

/// <summary>What a gate has taken note of, kept in its status so that a restart, a re-delivery or a vanished annotation changes nothing.</summary>
public sealed record LatchedRequests
{
    /// <summary>Nothing was ever asked for.</summary>
    public static LatchedRequests None { get; } = new();

    /// <summary>The request that won last, in force or not; <see langword="null"/> when there never was one.</summary>
    public GateRequest? Current { get; init; }

    /// <summary>The open annotation as last handled, whatever came of it: the same text is never handled again.</summary>
    public string? HandledOpen { get; init; }

    /// <summary>The close annotation as last handled.</summary>
    public string? HandledClose { get; init; }

    /// <summary>
    /// The override annotation that a request was taken with, for as long as it stands there: left behind, it must not make an override of
    /// the next person's plain request.
    /// </summary>
    public string? HandledOverride { get; init; }

    /// <summary>
    /// Stamps that were taken and that are still later than <see cref="Current"/>: they lay in the future when they were received,
    /// or had run out while another request was in force. Everything else that was taken is older than the current request and loses to it;
    /// these would win again. At most <see cref="RequestLatch.MaxTakenAhead"/>.
    /// </summary>
    public ImmutableArray<TakenStamp> TakenAhead { get; init; } = [];
}
