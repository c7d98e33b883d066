using Sluice.Gating.Gates;
using Sluice.Gating.Requests;

namespace Sluice.Gating.Tests;

/// <summary>A gate with its annotations, looked at when a test says so. What it latches is all that it remembers.</summary>
internal sealed class WatchedGate
{
    public GateRules Rules { get; set; } = new();

    public RequestAnnotations Annotations { get; set; } = new();

    public LatchedRequests Latched { get; private set; } = LatchedRequests.None;

    public GateRequest? Current => Latched.Current;

    public static WatchedGate ClosedByDefault(TimeSpan? window = null) => new() { Rules = new() { Default = GateState.Closed, Window = window } };

    public static WatchedGate OpenedByDefault(TimeSpan? window = null) => new() { Rules = new() { Default = GateState.Opened, Window = window } };

    /// <summary>An instant of the day of the proposal's example, or a full one.</summary>
    public static DateTimeOffset At(string time) =>
        DateTimeOffset.ParseExact(time.Contains('T', StringComparison.Ordinal) ? time : $"2021-03-26T{time}:00Z", "yyyy-MM-dd'T'HH:mm:ss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal);

    public static string Stamp(string time) => time.Contains('T', StringComparison.Ordinal) ? time : $"2021-03-26T{time}:00Z";

    /// <summary>The same annotations with an open stamp, as <c>kubectl annotate --overwrite</c> leaves them.</summary>
    public WatchedGate AnnotateOpen(string stamp, string? revision = null)
    {
        Annotations = Annotations with { OpenRequestedAt = stamp.Length == 5 ? Stamp(stamp) : stamp, OpenRevision = revision };
        return this;
    }

    public WatchedGate AnnotateClose(string stamp)
    {
        Annotations = Annotations with { CloseRequestedAt = stamp.Length == 5 ? Stamp(stamp) : stamp };
        return this;
    }

    /// <summary>What kustomize-controller does to annotations that Git does not have.</summary>
    public WatchedGate StripAnnotations()
    {
        Annotations = new();
        return this;
    }

    public LatchResult Look(string time) => Look(At(time));

    public LatchResult Look(DateTimeOffset now)
    {
        var result = RequestLatch.Take(Latched, Annotations, Rules, now);
        Latched = result.Latched;
        return result;
    }

    public GateDecision Decide(string time, Candidate? candidate = null) => GateDecision.Decide(Rules, Latched.Current, candidate, At(time));

    public GateState State(string time, Candidate? candidate = null) => Decide(time, candidate).State;
}
