using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Cli.Output;
using Sluice.Cli.Scheduling;

namespace Sluice.Cli.Tests.Scheduling;

/// <summary>Gates with windows, and what is printed of them.</summary>
internal static class Plans
{
    public static GateWindow Nightly { get; } = new() { Name = "nightly", Action = "open", Cron = "0 2 * * *", Duration = "3h", Description = "maintenance; quiet hours, no pager" };

    public static GateWindow Lunch { get; } = new() { Name = "lunch", Action = "open", Cron = "15 12 * * 1-5", Duration = "1h" };

    public static GateWindow Friday { get; } = new() { Name = "no-fridays", Action = "close", Cron = "0 0 * * 5", Duration = "24h" };

    public static GatePlan Of(string zone, params GateWindow[] windows) => Of(new GateSpec { TimeZone = zone, Windows = windows });

    public static GatePlan Of(GateSpec spec, GateStatus? status = null) => GatePlan.Of(new Gate
    {
        Metadata = new ObjectMeta { Namespace = "flux-system", Name = "maintenance" },
        Spec = spec,
        Status = status,
    }, NoCalendars.Instance);

    /// <summary>A status that has latched a request.</summary>
    public static GateStatus Requested(string target, string at, string? until = null, string? overriding = null) => new()
    {
        RequestedAt = Moment.At(at),
        ResetToDefaultAt = until is null ? null : Moment.At(until),
        Request = new LatchedRequest { Target = target, Stamp = Moment.At(at), Override = overriding },
    };

    /// <summary>What <c>schedule</c> prints.</summary>
    public static string Print(this GatePlan plan, string now, int width = 80, string? from = null)
    {
        var start = Moment.At(from ?? now);
        return Printed.By(terminal => Print(plan, terminal, Moment.At(now), start), width: width);
    }

    /// <summary>The lines of the drawn week: the row of hours, and the days.</summary>
    public static string[] Week(this GatePlan plan, string now, int width = 80, string? from = null) =>
        [.. plan.Print(now, width, from).Split("\nWeek from ")[1].Split("\nMonth from ")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];

    private static void Print(GatePlan plan, Terminal terminal, DateTimeOffset now, DateTimeOffset from) =>
        new SchedulePrinter(plan, new ShownTime(plan.Zone), now).Print(terminal, new ScheduleSpan(from, from.AddDays(7), IsGiven: false));
}
