using Sluice.Gating.Gates;

namespace Sluice.Gating.Requests;

/// <summary>What came of a request, for the person who made it.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Target">What was asked for.</param>
/// <param name="Message">The same in a sentence.</param>
public sealed record RequestNotice(RequestOutcome Outcome, GateState Target, string Message);
