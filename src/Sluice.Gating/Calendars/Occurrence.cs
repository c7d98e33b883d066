using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>stub</summary>
public readonly record struct Occurrence(Instant Start, Instant End, string? Summary);
