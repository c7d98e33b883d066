using NodaTime;
using NodaTime.TimeZones;

namespace Sluice.Gating.Calendars;

/// <summary>
/// A time zone that a calendar defines itself (<c>VTIMEZONE</c>; RFC 5545, section 3.6.5). Before its first change it has the offset that this
/// change begins with.
/// </summary>
internal sealed class ZoneDefinition : DateTimeZone
{
    private static readonly Duration Cycle = Duration.FromDays(146_097);

    private readonly ZoneInterval[] _intervals;
    private readonly Instant? _repeatsUntil;

    /// <summary>A zone of these changes.</summary>
    /// <param name="id">Its <c>TZID</c>.</param>
    /// <param name="changes">The changes in order, each to another offset, two days apart at least; one or more.</param>
    /// <param name="repeatsUntil">
    /// The instant up to which the changes are given; what comes after it repeats every 400 years. <see langword="null"/>: there are no more.
    /// </param>
    public ZoneDefinition(string id, IReadOnlyList<ZoneChange> changes, Instant? repeatsUntil)
        : base(id, false, changes.Min(change => Offset.Min(change.From, change.To)), changes.Max(change => Offset.Max(change.From, change.To)))
    {
        _repeatsUntil = repeatsUntil;
        _intervals = new ZoneInterval[changes.Count + 1];
        _intervals[0] = new(id, null, changes[0].At, changes[0].From, Offset.Zero);
        for (var i = 0; i < changes.Count; i++)
        {
            _intervals[i + 1] = new(id, changes[i].At, i + 1 < changes.Count ? changes[i + 1].At : null, changes[i].To, Offset.Zero);
        }
    }

    /// <inheritdoc />
    public override ZoneInterval GetZoneInterval(Instant instant)
    {
        var shift = Duration.Zero;
        if (_repeatsUntil is { } end && instant >= end)
        {
            shift = Cycle * (((instant - end).Days / Cycle.Days) + 1);
        }

        var interval = Find(instant - shift);
        return shift == Duration.Zero ? interval
            : new(Id, interval.Start + shift, interval.HasEnd && Instant.MaxValue - interval.End > shift ? interval.End + shift : null, interval.WallOffset, Offset.Zero);
    }

    private ZoneInterval Find(Instant instant)
    {
        var (least, most) = (0, _intervals.Length - 1);
        while (least < most)
        {
            var middle = (least + most + 1) / 2;
            (least, most) = _intervals[middle].Start <= instant ? (middle, most) : (least, middle - 1);
        }

        return _intervals[least];
    }
}
