namespace Sluice.Api.Gates;

/// <summary>A list of gates, as the API server gives it.</summary>
public sealed record GateList
{
    /// <summary>The gates.</summary>
    public IReadOnlyList<Gate> Items { get; set; } = [];
}
