using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>One stretch of time of an event: from <paramref name="Start"/>, which is part of it, to <paramref name="End"/>, which is not.</summary>
/// <param name="Start">When it begins.</param>
/// <param name="End">When it is over; later than <paramref name="Start"/>.</param>
/// <param name="Summary">The event's <c>SUMMARY</c>, as plain text; <see langword="null"/> when it has none.</param>
public readonly record struct Occurrence(Instant Start, Instant End, string? Summary);
