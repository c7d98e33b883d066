using Sluice.Gating.Gates;
using Sluice.Gating.Requests;

namespace Sluice.Gating.Tests.Stories;

/// <summary>One look of the controller at its gate, with all that went in and came out.</summary>
internal sealed record Moment(
    LatchedRequests Before, RequestAnnotations Annotations, GateRules Rules, Candidate? Candidate, DateTimeOffset Now, LatchResult Result, NaiveReading Reading)
{
    public LatchedRequests After => Result.Latched;

    public GateDecision Decision => DecideAt(Now);

    public GateDecision DecideAt(DateTimeOffset instant) => GateDecision.Decide(Rules, After.Current, Candidate, instant);

    /// <summary>The decision that the same rules would give at the same time without what was just received.</summary>
    public GateDecision DecisionBefore => GateDecision.Decide(Rules, Before.Current, Candidate, Now);

    public void Expect(bool holds, Func<string> what)
    {
        if (!holds)
        {
            Assert.Fail($"{what()}\n  at {Now:O}, {Rules}\n  annotations {Annotations}\n  latched before {Before.Current}\n  after {After.Current}\n  decided {Decision}");
        }
    }
}
