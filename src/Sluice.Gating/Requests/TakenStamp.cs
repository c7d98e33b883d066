using Sluice.Gating.Gates;

namespace Sluice.Gating.Requests;

/// <summary>A stamp that was taken already.</summary>
/// <param name="Target">What it asked for.</param>
/// <param name="Stamp">The stamp as it was given.</param>
public readonly record struct TakenStamp(GateState Target, DateTimeOffset Stamp);
