using System.Globalization;
using NodaTime;

namespace Sluice.Cli.Scheduling;

/// <summary>Instants as people read them, in one zone.</summary>
/// <param name="zone">The zone.</param>
internal sealed class ShownTime(DateTimeZone zone)
{
    /// <summary>The zone.</summary>
    public DateTimeZone Zone => zone;

    /// <summary>An instant with weekday and offset, seconds only where there are some: <c>Tue 2026-11-24 02:00 +01:00</c>.</summary>
    public string Of(DateTimeOffset instant)
    {
        var local = Local(instant);
        var format = local.Ticks % TimeSpan.TicksPerMinute == 0 ? "ddd yyyy-MM-dd HH:mm zzz" : "ddd yyyy-MM-dd HH:mm:ss zzz";
        return local.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>The time of day alone: <c>02:00</c>.</summary>
    public string TimeOfDay(DateTimeOffset instant) => Local(instant).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A day: <c>Tue 24 Nov</c>.</summary>
    public static string Day(LocalDate date) => date.ToString("ddd dd MMM", CultureInfo.InvariantCulture);

    /// <summary>The day on which an instant falls.</summary>
    public LocalDate DateOf(DateTimeOffset instant) => Instant.FromDateTimeOffset(instant).InZone(zone).Date;

    /// <summary>The zone's offset at an instant: <c>+01:00</c>.</summary>
    public string OffsetAt(DateTimeOffset instant) => Local(instant).ToString("zzz", CultureInfo.InvariantCulture);

    private DateTimeOffset Local(DateTimeOffset instant) => Instant.FromDateTimeOffset(instant).InZone(zone).ToDateTimeOffset();
}
