using System.Collections.Immutable;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Gating.Requests;

/// <summary>
/// Takes requests from annotations, each once. The later stamp wins; of two equal stamps the one that closes does.
/// A pure function of what was latched, what the annotations say, the rules and the time of receipt.
/// </summary>
public static class RequestLatch
{
    /// <summary>How many stamps in the future are remembered; a further one is refused as unreadable.</summary>
    public const int MaxTakenAhead = 20;

    /// <summary>How long an emergency override lasts on a gate that has no window, or one that reaches past the end of time.</summary>
    public static readonly TimeSpan OverrideWindow = TimeSpan.FromHours(1);

    private const string OverrideAnnotation = "open.gate.fluxcd.io/override";

    private const string RevisionAnnotation = "open.gate.fluxcd.io/revision";

    /// <summary>Looks at the annotations and latches what is new in them.</summary>
    /// <param name="latched">What was latched before.</param>
    /// <param name="annotations">The annotations as they stand.</param>
    /// <param name="rules">The rules that a request's end is reckoned by. While they cannot be understood nothing is taken.</param>
    /// <param name="now">The time of receipt.</param>
    public static LatchResult Take(LatchedRequests latched, RequestAnnotations annotations, GateRules rules, DateTimeOffset now)
    {
        if (rules.Fault is not null)
        {
            return new(latched, [], null);
        }

        var notices = ImmutableArray.CreateBuilder<RequestNotice>();
        string? unreadable = null;
        var arrived = new List<Arrival>(2);
        Read(GateState.Opened, annotations.OpenRequestedAt, latched.HandledOpen);
        Read(GateState.Closed, annotations.CloseRequestedAt, latched.HandledClose);

        // The earlier first, so that the later one wins; closing last among equals, so that it does.
        foreach (var arrival in arrived.OrderBy(a => a.Stamp).ThenByDescending(a => a.Target))
        {
            latched = Latch(latched, arrival, annotations, rules, now, notices);
        }

        var isUsed = notices.Any(notice => notice.Outcome == RequestOutcome.Overriding);
        latched = latched with
        {
            HandledOpen = annotations.OpenRequestedAt ?? latched.HandledOpen,
            HandledClose = annotations.CloseRequestedAt ?? latched.HandledClose,
            HandledOverride = annotations.OpenOverride is { } standing && (isUsed || standing == latched.HandledOverride) ? standing : null,
        };
        var warning = annotations.OpenOverride is { Length: > 0 } unused && unused != latched.HandledOverride && unreadable is null
            ? $"{OverrideAnnotation} has no effect yet: an override is an open request, which needs a new {Annotation(GateState.Opened)} beside it"
            : null;
        return new(latched, notices.ToImmutable(), unreadable, warning);

        void Read(GateState target, string? value, string? handled)
        {
            if (value is null)
            {
                return;
            }

            var problem = !Rfc3339.TryParse(value, out var stamp)
                ? $"{Annotation(target)}: '{Shorten(value)}' is not a time; expected RFC 3339, for example 2026-03-26T10:00:00Z"
                : stamp > now && latched.TakenAhead.Length + arrived.Count(a => a.Stamp > now) >= MaxTakenAhead && !WasTaken(latched, target, stamp)
                    ? $"{Annotation(target)}: '{value}' lies in the future, and {MaxTakenAhead} such stamps were taken already; give the present time"
                    : target == GateState.Opened && annotations.OpenOverride is { } why && string.IsNullOrWhiteSpace(why)
                        ? $"{OverrideAnnotation}: an override needs a reason; give one, with a new {Annotation(target)}"
                        : target == GateState.Opened && annotations.OpenRevision is { } revision && string.IsNullOrWhiteSpace(revision)
                            ? $"{RevisionAnnotation}: it names no revision; name one, or remove the annotation to open the gate for all, with a new {Annotation(target)}"
                            : null;
            if (problem is not null)
            {
                unreadable = unreadable is null ? problem : $"{unreadable}; {problem}";
                if (value != handled)
                {
                    notices.Add(new(RequestOutcome.Unreadable, target, problem));
                }
            }
            else if (value != handled && !WasTaken(latched, target, stamp))
            {
                arrived.Add(new(target, stamp));
            }
        }
    }

    private static LatchedRequests Latch(
        LatchedRequests latched, Arrival arrival, RequestAnnotations annotations, GateRules rules, DateTimeOffset now, ImmutableArray<RequestNotice>.Builder notices)
    {
        var (target, stamp) = arrival;
        var clamped = stamp > now;
        var requestedAt = clamped ? now : stamp;
        if (latched.Current is { } current && !Beats(target, requestedAt, stamp, current))
        {
            notices.Add(new(RequestOutcome.Superseded, target,
                $"The {Verb(target)} request of {Rfc3339.Format(stamp)} changes nothing: the gate follows a later one, the {Verb(current.Target)} request of {Rfc3339.Format(current.RequestedAt)}"));
            return clamped ? Remember(latched, arrival) : latched;
        }

        var opens = target == GateState.Opened;
        var revision = opens ? annotations.OpenRevision : null;
        var isLeftBehind = opens && annotations.OpenOverride is not null && annotations.OpenOverride == latched.HandledOverride;
        var overriding = opens && !isLeftBehind ? annotations.OpenOverride : null;
        var end = rules.Window is { } window ? AddOrForever(requestedAt, window) : null;
        var changesNothing = revision is null && overriding is null && GateDecision.AsksForNothing(rules, target, requestedAt);
        var request = new GateRequest
        {
            Target = target,
            Stamp = stamp,
            RequestedAt = requestedAt,
            ResetAt = changesNothing ? requestedAt : overriding is null ? end : end ?? AddOrForever(requestedAt, OverrideWindow) ?? DateTimeOffset.MaxValue,
            Revision = revision,
            Override = overriding,
            By = opens ? annotations.OpenBy : annotations.CloseBy,
            Reason = opens ? annotations.OpenReason : annotations.CloseReason,
        };
        var notice = Notice(request, clamped, now);
        notices.Add(notice);
        if (isLeftBehind)
        {
            notices.Add(new(RequestOutcome.NotOverriding, target,
                $"The open request of {Rfc3339.Format(stamp)} is a plain one: its {OverrideAnnotation} was left behind by an earlier request; to override again, give another reason and a new stamp"));
        }

        // An expired request that replaced one in force would end it: an expired close request could open a gate.
        if (notice.Outcome == RequestOutcome.Expired && latched.Current is { } inForce && inForce.IsInForce(now))
        {
            return latched.TakenAhead.Length < MaxTakenAhead ? Remember(latched, arrival) : latched;
        }

        if (clamped)
        {
            latched = Remember(latched, arrival);
        }

        return latched with { Current = request, TakenAhead = latched.TakenAhead.RemoveAll(taken => taken.Stamp < requestedAt) };
    }

    private static LatchedRequests Remember(LatchedRequests latched, Arrival arrival) =>
        latched with { TakenAhead = latched.TakenAhead.Add(new(arrival.Target, arrival.Stamp)) };

    /// <summary>Later wins. Two stamps that were both cut to the time of receipt are compared as they were given.</summary>
    private static bool Beats(GateState target, DateTimeOffset requestedAt, DateTimeOffset stamp, GateRequest current)
    {
        var order = requestedAt.CompareTo(current.RequestedAt);
        if (order == 0)
        {
            order = stamp.CompareTo(current.Stamp);
        }

        return order > 0 || order == 0 && target == GateState.Closed && current.Target == GateState.Opened;
    }

    private static bool WasTaken(LatchedRequests latched, GateState target, DateTimeOffset stamp) =>
        latched.Current is { } current && current.Target == target && current.Stamp == stamp
        || latched.TakenAhead.Contains(new(target, stamp));

    private static RequestNotice Notice(GateRequest request, bool clamped, DateTimeOffset now)
    {
        var what = $"The {Verb(request.Target)} request of {Rfc3339.Format(request.Stamp)}";
        if (request.Override is { } why && request.IsInForce(now))
        {
            return new(RequestOutcome.Overriding, request.Target, $"{what} overrides every window until {Rfc3339.Format(request.ResetAt!.Value)}{(clamped ? $" (it lies in the future, and counts from its receipt at {Rfc3339.Format(request.RequestedAt)})" : "")}: {Shorten(why)}");
        }

        if (clamped)
        {
            return new(RequestOutcome.Clamped, request.Target, $"{what} lies in the future: it counts from its receipt at {Rfc3339.Format(request.RequestedAt)}");
        }

        return request.IsInForce(now) || request.ResetsAtOnce
            ? new(RequestOutcome.Taken, request.Target, $"{what} is taken")
            : new(RequestOutcome.Expired, request.Target, $"{what} had run out at {Rfc3339.Format(request.ResetAt!.Value)} when it was received: it changes nothing");
    }

    private static DateTimeOffset? AddOrForever(DateTimeOffset start, TimeSpan window) =>
        DateTimeOffset.MaxValue - start > window ? start + window : null;

    private static string Annotation(GateState target) => $"{Verb(target)}.gate.fluxcd.io/requestedAt";

    private static string Verb(GateState target) => target == GateState.Opened ? "open" : "close";

    private static string Shorten(string value) => value.Length <= 64 ? value : value[..64] + "…";

    private readonly record struct Arrival(GateState Target, DateTimeOffset Stamp);
}
