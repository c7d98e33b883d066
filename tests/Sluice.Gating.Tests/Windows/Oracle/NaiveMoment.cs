using Sluice.Gating.Gates;

namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>From an instant on, up to the next one: what a gate is, who says so, and which window, if one does.</summary>
internal sealed record NaiveMoment(DateTimeOffset From, GateState State, NaiveSay Say, string? Window);
