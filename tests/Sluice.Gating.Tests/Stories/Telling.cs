using System.Text.Json;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;

namespace Sluice.Gating.Tests.Stories;

/// <summary>Plays a story to the product and to the naive reading, and shows every look of the controller.</summary>
internal static class Telling
{
    public static void Tell(this Story story, Action<Moment> look, bool forgetBeforeEveryLook = false)
    {
        var (rules, now) = (story.Rules, story.Start);
        var reading = new NaiveReading();
        var latched = LatchedRequests.None;
        var annotations = new RequestAnnotations();
        (DateTimeOffset Stamp, string? Revision)? open = null;
        DateTimeOffset? close = null;
        foreach (var step in story.Steps)
        {
            switch (step)
            {
                case Step.Annotate { Asks: GateState.Opened } it:
                    annotations = annotations with { OpenRequestedAt = it.Text, OpenRevision = it.Revision };
                    open = it.Stamp is { } stamp ? (stamp, it.Revision) : null;
                    break;
                case Step.Annotate it:
                    annotations = annotations with { CloseRequestedAt = it.Text };
                    close = it.Stamp;
                    break;
                case Step.Vanish { Asks: GateState.Opened }:
                    annotations = annotations with { OpenRequestedAt = null, OpenRevision = null };
                    open = null;
                    break;
                case Step.Vanish:
                    annotations = annotations with { CloseRequestedAt = null };
                    close = null;
                    break;
                case Step.Change it:
                    rules = it.Rules;
                    break;
                case Step.Clock it:
                    now = it.Now;
                    break;
                case Step.Restart:
                    latched = Restarted(latched);
                    break;
                case Step.Look it:
                    reading.Receive(open, close, rules, now);
                    var before = forgetBeforeEveryLook ? Restarted(latched) : latched;
                    var result = RequestLatch.Take(before, annotations, rules, now);
                    latched = result.Latched;
                    look(new(before, annotations, rules, it.Candidate, now, result, reading));
                    break;
            }
        }
    }

    /// <summary>What a restart leaves: the latch as text, and read again.</summary>
    public static LatchedRequests Restarted(LatchedRequests latched) => JsonSerializer.Deserialize<LatchedRequests>(JsonSerializer.Serialize(latched))!;

    /// <summary>All that a latch holds, to compare by value: an immutable array is equal to itself alone.</summary>
    public static string Written(LatchedRequests latched) =>
        $"{latched.Current}|{latched.Current?.Stamp.Ticks}|{latched.Current?.RequestedAt.Ticks}|{latched.Current?.ResetAt?.Ticks}|{latched.HandledOpen}|{latched.HandledClose}|"
        + string.Join(',', latched.TakenAhead.Select(taken => (taken.Target, taken.Stamp.Ticks)));
}
