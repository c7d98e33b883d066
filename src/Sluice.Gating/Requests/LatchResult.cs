using System.Collections.Immutable;

namespace Sluice.Gating.Requests;

/// <summary>What <see cref="RequestLatch.Take"/> found.</summary>
/// <param name="Latched">What to keep in status. Equal to what was latched before when nothing new was found.</param>
/// <param name="Notices">What came of requests that were not handled before.</param>
/// <param name="Unreadable">Why an annotation that stands there now cannot be read, or <see langword="null"/>; not only when it is new.</param>
/// <param name="Warning">What stands there now and has no effect though its author may think so, or <see langword="null"/>.</param>
public sealed record LatchResult(LatchedRequests Latched, ImmutableArray<RequestNotice> Notices, string? Unreadable, string? Warning = null);
