using System.Globalization;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Scheduling;

/// <summary>The opened stretches of a gate as a calendar to subscribe to: iCalendar, RFC 5545.</summary>
internal static class CalendarFeed
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The feed. Times in it are whole seconds.</summary>
    /// <param name="plan">The gate's plan.</param>
    /// <param name="span">Which stretches: those that begin in it. One without an end gets that of the span.</param>
    /// <param name="now">The present time.</param>
    /// <param name="version">The version of this program.</param>
    public static string Of(GatePlan plan, ScheduleSpan span, DateTimeOffset now, string version)
    {
        var feed = new ContentLines();
        feed.Add("BEGIN", "VCALENDAR");
        feed.Add("VERSION", "2.0");
        feed.AddText("PRODID", $"-//Sluice//sluice {version}//EN");
        feed.Add("CALSCALE", "GREGORIAN");
        feed.Add("METHOD", "PUBLISH");
        // RFC 7986, and what was used before it.
        feed.AddText("NAME", $"gate {plan.Name}");
        feed.AddText("X-WR-CALNAME", $"gate {plan.Name}");
        var isEmpty = true;
        foreach (var stretch in plan.Opened(span.From, span.To))
        {
            var (start, end) = (Format(stretch.Start), Format(stretch.End ?? span.To));
            if (start == end)
                continue;
            isEmpty = false;
            AddEvent(feed, plan, stretch, start, end, Format(now));
        }

        // A calendar must have a component; that of a gate that is never opened has its zone.
        if (isEmpty)
            AddUtc(feed);
        feed.Add("END", "VCALENDAR");
        return feed.ToString();
    }

    private static void AddEvent(ContentLines feed, GatePlan plan, OpenedStretch stretch, string start, string end, string stamp)
    {
        feed.Add("BEGIN", "VEVENT");
        // By its end: the beginning of a stretch that has begun is cut off at another instant each time that the feed is made.
        feed.AddText("UID", $"{(stretch.End is null ? "open-ended" : end)}.{plan.Name.Replace('/', '.')}@gating.toolkit.fluxcd.io");
        feed.Add("DTSTAMP", stamp);
        feed.Add("DTSTART", start);
        feed.Add("DTEND", end);
        feed.AddText("SUMMARY", $"gate {plan.Name} opened");
        if (Describe(plan, stretch) is { Length: > 0 } text)
            feed.AddText("DESCRIPTION", text);
        // Whoever subscribes is not busy in that time.
        feed.Add("TRANSP", "TRANSPARENT");
        feed.Add("END", "VEVENT");
    }

    private static string Describe(GatePlan plan, OpenedStretch stretch)
    {
        var opening = plan.Active(stretch.Start).Where(active => active.Window.Action == WindowAction.Open).Select(active =>
            string.IsNullOrEmpty(active.Window.Description) ? $"window '{active.Window.Name}'" : $"window '{active.Window.Name}': {active.Window.Description}");
        var margin = plan.Rules.Margin is { } length && stretch.Closing is not null ? $"nothing new is released in the last {GoDuration.Format(length)} before a closing by schedule" : null;
        var closing = stretch.Closing is { } end ? $"closed when {Cause.Of(plan, end)}" : "no end is scheduled";
        return string.Join('\n', opening.Append(closing).Append(margin).OfType<string>());
    }

    private static void AddUtc(ContentLines feed)
    {
        feed.Add("BEGIN", "VTIMEZONE");
        feed.Add("TZID", "UTC");
        feed.Add("BEGIN", "STANDARD");
        feed.Add("DTSTART", "19700101T000000");
        feed.Add("TZOFFSETFROM", "+0000");
        feed.Add("TZOFFSETTO", "+0000");
        feed.Add("END", "STANDARD");
        feed.Add("END", "VTIMEZONE");
    }

    private static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
