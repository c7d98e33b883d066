using Sluice.Gating.Requests;

namespace Sluice.Gating.Gates;

/// <summary>
/// The decision that was made last by some rules, to be found again without being made: a gate is asked for each of its objects, and says
/// the same until an instant that it knows. Always equal to another, so that rules are compared by what they say.
/// </summary>
internal sealed class LastDecision : IEquatable<LastDecision>
{
    private Made? _made;

    /// <summary>The decision, if it was made from the same and still stands.</summary>
    public GateDecision? Find(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset now) =>
        Volatile.Read(ref _made) is { } made
        && ReferenceEquals(made.Rules, rules) && ReferenceEquals(made.Request, request) && ReferenceEquals(made.Candidate, candidate)
        && now >= made.At && (made.Decision.Until is not { } until || now < until)
            ? made.Decision
            : null;

    /// <summary>Keeps a decision.</summary>
    public void Keep(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset now, GateDecision decision) =>
        Volatile.Write(ref _made, new(rules, request, candidate, now, decision));

    public bool Equals(LastDecision? other) => other is not null;

    public override bool Equals(object? obj) => obj is LastDecision;

    public override int GetHashCode() => 0;

    private sealed record Made(GateRules Rules, GateRequest? Request, Candidate? Candidate, DateTimeOffset At, GateDecision Decision);
}
