using System.Collections.Immutable;

namespace Sluice.Gating.Calendars;

/// <summary>The occurrences of one event.</summary>
/// <param name="Fixed">Those that are given one by one.</param>
/// <param name="Recurring">Those that rules give.</param>
internal sealed record EventSeries(ImmutableArray<Occurrence> Fixed, ImmutableArray<RecurringEvent> Recurring);
