using Sluice.Controller.Calendars;
using Sluice.Controller.Checks;

namespace Sluice.Controller.Gates;

/// <summary>Reads gates as the API server sends them.</summary>
/// <param name="calendars">Where the calendars of their windows are.</param>
/// <param name="asker">What their checks have answered.</param>
/// <param name="trustRequestedBy">
/// Whether the annotations that name who made a request are believed: only where an admission policy lets nobody claim to be another.
/// </param>
internal sealed class GateReader(CalendarCache calendars, CheckAsker asker, bool trustRequestedBy)
{
    /// <summary>Reads one gate.</summary>
    public ObservedGate Read(ReadOnlySpan<byte> json) => ObservedGate.Read(json, calendars, asker, trustRequestedBy);
}
