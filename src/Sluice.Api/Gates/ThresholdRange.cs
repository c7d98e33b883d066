namespace Sluice.Api.Gates;

/// <summary>The values that pass, both ends among them.</summary>
public sealed record ThresholdRange
{
    /// <summary>The least. Unset: there is none.</summary>
    public double? Min { get; init; }

    /// <summary>The greatest. Unset: there is none.</summary>
    public double? Max { get; init; }
}
