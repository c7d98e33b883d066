using System.Diagnostics.CodeAnalysis;
using Cronos;
using NodaTime;

namespace Sluice.Gating.Windows;

/// <summary>
/// When a recurring window starts, as local times without a zone: five fields or a macro, in the dialect of Kubernetes CronJobs. So a day of
/// the month and a day of the week that are both restricted mean either of them (Cronos alone would mean both). 0 and 7 are Sunday. What
/// Cronos knows beyond that dialect is accepted, too: <c>L</c>, <c>W</c>, <c>#</c>, and ranges over the end such as <c>22-2</c>.
/// </summary>
public sealed class CronSchedule
{
    private const string Expected = "expected five fields (minute, hour, day of month, month, day of week), for example '0 2 * * *', or a macro such as '@daily'";

    // Kubernetes' CronJobs know these and @every, which has no place in a calendar.
    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private static readonly DateTime Earliest = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly CronExpression _expression;
    private readonly CronExpression? _orElse;

    private CronSchedule(CronExpression expression, CronExpression? orElse) => (_expression, _orElse) = (expression, orElse);

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="schedule">What it means.</param>
    /// <param name="problem">Why it cannot be read: what was found, and what is expected. An expression that never matches cannot.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? problem)
    {
        schedule = null;
        problem = Read(text, ref schedule);
        return problem is null;
    }

    /// <summary>
    /// The first start after a local time, or <see langword="null"/> when there is none any more (the calendar ends with the year 2499).
    /// </summary>
    public LocalDateTime? Next(LocalDateTime after)
    {
        // Cronos is asked in UTC, where every local time exists once: what a zone makes of it is decided elsewhere, by one rule.
        var from = DateTime.SpecifyKind(after.ToDateTimeUnspecified(), DateTimeKind.Utc);
        var next = _expression.GetNextOccurrence(from);
        if (_orElse?.GetNextOccurrence(from) is { } other && (next is null || other < next))
        {
            next = other;
        }

        return next is { } found ? LocalDateTime.FromDateTime(found) : null;
    }

    private static string? Read(string text, ref CronSchedule? schedule)
    {
        var expression = text.Trim();
        if (expression.StartsWith('@'))
        {
            if (!Macros.TryGetValue(expression, out var fields))
            {
                return $"'{Shorten(text)}' is not a macro; expected one of {string.Join(", ", Macros.Keys)}, or five fields";
            }

            expression = fields;
        }

        if (expression.Contains("TZ=", StringComparison.Ordinal))
        {
            return $"'{Shorten(text)}' names a time zone; expected it in the field timeZone";
        }

        var parts = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
        {
            return $"'{Shorten(text)}' has {parts.Length} fields; {Expected}";
        }

        for (var i = 0; i < parts.Length; i++)
        {
            // CronJobs write ? for * in any field.
            parts[i] = parts[i] is "?" ? "*" : parts[i];
        }

        parts[4] = string.Join(',', parts[4].Split(',').Select(UpToSaturday));

        try
        {
            var (dayOfMonth, dayOfWeek) = (parts[2], parts[4]);
            var read = IsAny(dayOfMonth) || IsAny(dayOfWeek)
                ? new CronSchedule(Parse(parts), null)
                : new CronSchedule(Parse([parts[0], parts[1], dayOfMonth, parts[3], "*"]), Parse([parts[0], parts[1], "*", parts[3], dayOfWeek]));
            if (read.Next(LocalDateTime.FromDateTime(Earliest)) is null)
            {
                return $"'{Shorten(text)}' never happens; expected a date that exists";
            }

            schedule = read;
            return null;
        }
        catch (Exception e) when (e is CronFormatException or MissingSeedException)
        {
            return $"'{Shorten(text)}' is not a cron expression ({e.Message.TrimEnd('.')}); {Expected}";
        }
    }

    // As in robfig/cron, which Kubernetes uses: a step of more than one makes a restriction of a star.
    private static bool IsAny(string field) => field is "*" or "*/1";

    // For Kubernetes a week ends with Saturday: 1/2 is Monday, Wednesday and Friday. Cronos would go on to 7, which is Sunday.
    private static string UpToSaturday(string daysOfWeek) =>
        daysOfWeek.Split('/') is [[not ('*' or '7'), ..] from, var step] && !from.Contains('-', StringComparison.Ordinal) ? $"{from}-6/{step}" : daysOfWeek;

    private static CronExpression Parse(IEnumerable<string> fields) => CronExpression.Parse(string.Join(' ', fields), CronFormat.Standard);

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
