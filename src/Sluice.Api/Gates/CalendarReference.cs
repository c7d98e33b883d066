namespace Sluice.Api.Gates;

/// <summary>Where a calendar is: a text in iCalendar format (RFC 5545).</summary>
public sealed record CalendarReference
{
    /// <summary>A key of a ConfigMap in the gate's namespace.</summary>
    public ConfigMapKeyReference ConfigMapRef { get; set; } = new();
}
