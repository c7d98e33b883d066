using Sluice.Gating.Gates;

namespace Sluice.Gating.Tests.Stories;

/// <summary>
/// The contract read naively: every request ever seen is kept with the time of its receipt and the rules of that moment, and each answer is worked out
/// from all of them again. It shares no logic with the product (of the product it uses only the names of the two states and the shape of the rules).
/// </summary>
internal sealed class NaiveReading
{
    private readonly List<Receipt> _receipts = [];

    /// <summary>One stamp, as it was seen in the annotations at one time.</summary>
    internal sealed record Receipt(GateState Asks, DateTimeOffset Stamp, string? Revision, DateTimeOffset At, GateState DefaultThen, TimeSpan? WindowThen)
    {
        /// <summary>"The stamp, never later than the time of receipt."</summary>
        public DateTimeOffset RequestedAt => Stamp > At ? At : Stamp;

        /// <summary>An opening for one revision alone is not the default state, which is for everything.</summary>
        public bool IsBackToDefault => Asks == DefaultThen && Revision is null;

        /// <summary>"requestedAt + window. A request back to the default state resets at once."</summary>
        public DateTimeOffset End => IsBackToDefault ? RequestedAt : WindowThen is { } window ? RequestedAt + window : DateTimeOffset.MaxValue;

        public bool IsExpiredOnArrival => !IsBackToDefault && End <= At;
    }

    /// <summary>Annotations are looked at; both stamps that can be read are received, the earlier one first.</summary>
    public void Receive((DateTimeOffset Stamp, string? Revision)? open, DateTimeOffset? close, GateRules rules, DateTimeOffset now)
    {
        if (rules.Fault is not null)
        {
            return;
        }

        var received = new List<Receipt>();
        if (open is { } o)
        {
            received.Add(new(GateState.Opened, o.Stamp, o.Revision, now, rules.Default, rules.Window));
        }

        if (close is { } c)
        {
            received.Add(new(GateState.Closed, c, null, now, rules.Default, rules.Window));
        }

        _receipts.AddRange(received.OrderBy(r => r.Stamp));
        Followed = WorkOut();
    }

    /// <summary>Of all requests that count, the latest; of equal ones, the one that closes.</summary>
    public Receipt? Followed { get; private set; }

    private Receipt? WorkOut()
    {
        var counting = new List<Receipt>();
        for (var i = 0; i < _receipts.Count; i++)
        {
            var receipt = _receipts[i];
            var seenBefore = _receipts.FindIndex(earlier => earlier.Asks == receipt.Asks && earlier.Stamp == receipt.Stamp) < i;
            var opensNothing = receipt.IsExpiredOnArrival && Latest(counting) is { } other && receipt.At < other.End;
            if (!seenBefore && !opensNothing)
            {
                counting.Add(receipt);
            }
        }

        return Latest(counting);
    }

    public GateState State(GateRules rules, Candidate? candidate, DateTimeOffset now)
    {
        if (rules.Fault is not null)
        {
            return GateState.Closed;
        }

        if (Followed is not { } request || now >= request.End)
        {
            return rules.Default;
        }

        var isForThis = request.Revision is null || candidate?.Revision == request.Revision || candidate?.Digest == request.Revision;
        return request.Asks == GateState.Opened && isForThis ? GateState.Opened : GateState.Closed;
    }

    /// <summary>The first of all instants at which anything could end, at which the state is another.</summary>
    public (DateTimeOffset At, GateState To)? Next(GateRules rules, Candidate? candidate, DateTimeOffset now)
    {
        var state = State(rules, candidate, now);
        foreach (var end in _receipts.Select(r => r.End).Where(end => end > now && end < DateTimeOffset.MaxValue).Distinct().Order())
        {
            if (State(rules, candidate, end) is var then && then != state)
            {
                return (end, then);
            }
        }

        return null;
    }

    /// <summary>The text of the proposal, or <see langword="null"/> where the proposal has none.</summary>
    public string? Text(GateRules rules, Candidate? candidate, DateTimeOffset now)
    {
        var state = State(rules, candidate, now);
        if (Followed is not { } request)
        {
            return state == GateState.Opened ? "Gate opened by default" : "Gate closed by default";
        }

        if (now < request.End && state != request.Asks)
        {
            return null;
        }

        if (now < request.End && Next(rules, candidate, now) is { } next)
        {
            var time = next.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", null).TrimEnd('0').TrimEnd('.') + "Z";
            return next.To == GateState.Opened ? $"Gate scheduled for opening at {time}" : $"Gate scheduled for closing at {time}";
        }

        if (now < request.End || request.IsBackToDefault && request.Asks == state)
        {
            return request.Asks == GateState.Opened ? "Gate open requested" : "Gate close requested";
        }

        return state == GateState.Opened ? "Gate opened by default" : "Gate closed by default";
    }

    /// <summary>"The later of the two stamps wins": the one that no other is later than. Stamps that count from the same instant are compared as they were given.</summary>
    private static Receipt? Latest(List<Receipt> receipts)
    {
        Receipt? latest = null;
        foreach (var receipt in receipts)
        {
            latest = latest is null || IsLater(receipt, latest) ? receipt : latest;
        }

        return latest;
    }

    private static bool IsLater(Receipt a, Receipt b) =>
        a.RequestedAt > b.RequestedAt
        || a.RequestedAt == b.RequestedAt && a.Stamp > b.Stamp
        || a.RequestedAt == b.RequestedAt && a.Stamp == b.Stamp && a.Asks == GateState.Closed;
}
