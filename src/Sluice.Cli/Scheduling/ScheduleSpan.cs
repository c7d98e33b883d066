namespace Sluice.Cli.Scheduling;

/// <summary>The stretch of time that is asked about: <c>[From, To)</c>.</summary>
/// <param name="From">Its first instant.</param>
/// <param name="To">The first instant after it.</param>
/// <param name="IsGiven">Whether its end was asked for; else there is more to say if little happens in it.</param>
internal readonly record struct ScheduleSpan(DateTimeOffset From, DateTimeOffset To, bool IsGiven);
