using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>One change of the clock that a <c>VTIMEZONE</c> gives.</summary>
/// <param name="At">When.</param>
/// <param name="From">The offset before it, as its <c>STANDARD</c> or <c>DAYLIGHT</c> says.</param>
/// <param name="To">The offset from then on.</param>
internal readonly record struct ZoneChange(Instant At, Offset From, Offset To);
