using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Cli.Releasing;

namespace Sluice.Cli.Tests.Releasing;

public sealed class WaitTextTests
{
    private static readonly CandidateGate Closed = Gate("nightly", "GateClosed", "Gate closed by default", opens: "2026-03-26T13:17:00Z");
    private static readonly CandidateGate Pending = Gate("prod", "ApprovalPending", "gate 'apps/prod' has 1 of 2 approvals (alice)", required: 2);

    [Fact]
    public void Every_gate_that_keeps_it_is_named_with_what_it_waits_for() =>
        Of("all", Closed, Pending, Gate("open", "GateOpened", "Gate opened by default", "opened")).Should().Be("apps/nightly: closed, opened in 3h; apps/prod: 1 of 2 approvals (alice)");

    [Fact]
    public void A_closed_gate_tells_the_approvals_that_it_wants_as_well() =>
        Of("all", Closed with { Required = 2 }).Should().Be("apps/nightly: closed, opened in 3h, 0 of 2 approvals");

    [Fact]
    public void One_of_several_gates_is_said_to_be_enough() => Of("oneOf", Closed, Pending).Should().StartWith("one of apps/nightly: closed");

    [Theory]
    [InlineData("Rejected", "at gate 'apps/x' it is rejected by bob: no", "rejected by bob: no")]
    [InlineData("GateNotFound", "gate 'apps/x' does not exist", "does not exist")]
    [InlineData("AuthorUnknown", "gate 'apps/x' cannot tell: who wrote the commit is not known", "cannot tell: who wrote the commit is not known")]
    [InlineData("OfALaterRelease", "something that this program does not know", "something that this program does not know")]
    public void A_gate_is_named_once(string reason, string message, string expected) => Of("all", Gate("x", reason, message)).Should().Be($"apps/x: {expected}");

    [Fact]
    public void A_candidate_that_its_gates_let_pass_says_why_it_is_not_released_yet() =>
        Of("oneOf", Closed, Gate("open", "GateOpened", "", "opened")).Should().Be("Candidate x may pass, and is not released: the source offers another now");

    [Fact]
    public void A_candidate_that_nobody_has_asked_the_gates_about_says_so() => Of("all").Should().Be("sluice-controller, which has not asked its gates yet");

    private static string Of(string require, params CandidateGate[] gates) => new WaitText(Moment.Now).Of(new GatedSource
    {
        Spec = new() { Require = require },
        Status = new()
        {
            Candidate = new() { Revision = "x", Since = Moment.Now, Gates = gates },
            Conditions = [new() { Type = ConditionTypes.Approved, Status = "False", Reason = "SourceMoved", Message = "Candidate x may pass, and is not released: the source offers another now" }],
        },
    });

    private static CandidateGate Gate(string name, string reason, string message, string state = "closed", string? opens = null, int? required = null) => new()
    {
        Name = name,
        Namespace = "apps",
        State = state,
        Reason = reason,
        Message = message,
        Required = required,
        NextTransition = opens is null ? null : new NextTransition { At = Moment.At(opens), To = "opened", Reason = "OpenWindowStarted" },
    };
}
