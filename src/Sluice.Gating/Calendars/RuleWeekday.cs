namespace Sluice.Gating.Calendars;

/// <summary>A day of the week in <c>BYDAY</c>: <c>MO</c>, <c>1MO</c>, <c>-1SU</c>.</summary>
/// <param name="Day">The day of the week.</param>
/// <param name="Ordinal">Which of them in the month or year, from the end when negative; 0: every one.</param>
internal readonly record struct RuleWeekday(DayOfWeek Day, int Ordinal);
