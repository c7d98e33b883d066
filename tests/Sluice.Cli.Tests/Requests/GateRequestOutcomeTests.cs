using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Cli.Requests;
using Sluice.Gating.Gates;

namespace Sluice.Cli.Tests.Requests;

public sealed class GateRequestOutcomeTests
{
    private const string Asked = "2026-03-26T10:16:59.500Z";

    [Fact]
    public void A_request_that_nobody_has_looked_at_has_no_outcome_yet()
    {
        Read(GateState.Opened, new GateStatus()).Should().BeNull();
        Read(GateState.Opened, new GateStatus { LastHandledOpenAt = "2026-03-25T10:00:00Z" }).Should().BeNull();
        Read(GateState.Opened, null).Should().BeNull();
    }

    [Fact]
    public void An_opened_gate_says_until_when() =>
        Read(GateState.Opened, Opened(Moment.At("2026-03-26T11:16:59.5Z"))).Should().Be(
            new RequestVerdict(true, "Gate flux-system/sre-approval is opened until 2026-03-26T11:16:59.5Z (in 60m)."));

    [Fact]
    public void Without_a_window_somebody_has_to_close_it() =>
        Read(GateState.Opened, Opened(null)).Should().Be(new RequestVerdict(true, "Gate flux-system/sre-approval is opened until somebody closes it."));

    [Fact]
    public void Back_to_the_default_is_for_good() =>
        Read(GateState.Closed, new GateStatus
        {
            LastHandledCloseAt = Asked,
            Request = new LatchedRequest { Target = "closed", Stamp = Moment.At(Asked) },
            ResetToDefaultAt = Moment.At(Asked),
            Conditions = [Condition("Opened", "False", "Gate close requested")],
        }).Should().Be(new RequestVerdict(true, "Gate flux-system/sre-approval is closed, which is its default."));

    [Fact]
    public void A_revision_is_named()
    {
        var status = Opened(null);
        status = status with { Request = status.Request! with { Revision = "main@sha1:abc" }, Conditions = [Condition("Opened", "False", "…")] };
        Read(GateState.Opened, status).Should().Be(
            new RequestVerdict(true, "Gate flux-system/sre-approval is opened for revision 'main@sha1:abc' alone until somebody closes it."));
    }

    [Fact]
    public void A_revision_does_not_get_round_a_close_window()
    {
        var status = Opened(null);
        status = status with { Request = status.Request! with { Revision = "main@sha1:abc" }, Conditions = [Condition("Opened", "False", "Gate closed by window 'freeze'") with { Reason = "CloseWindow" }] };
        var verdict = Read(GateState.Opened, status)!;
        verdict.Succeeded.Should().BeFalse();
        verdict.Message.Should().EndWith("\nto open it all the same: sluice open sre-approval -n flux-system --revision main@sha1:abc --override --reason TEXT", "what it was asked for alone");
    }

    [Fact]
    public void A_later_request_wins_and_the_clock_is_suspected()
    {
        var verdict = Read(GateState.Opened, new GateStatus
        {
            LastHandledOpenAt = Asked,
            RequestedAt = Moment.At("2026-03-26T10:20:00Z"),
            RequestedBy = "manager:kubectl-annotate",
            Request = new LatchedRequest { Target = "closed", Stamp = Moment.At("2026-03-26T10:20:00Z") },
        });
        verdict!.Succeeded.Should().BeFalse();
        verdict.Message.Should().Be(
            "the request changed nothing: gate flux-system/sre-approval follows a later one, the close request of 2026-03-26T10:20:00Z by manager:kubectl-annotate\n"
            + "this machine's clock says 2026-03-26T10:17:00Z; if that is slow, correct it and ask again");
    }

    [Fact]
    public void A_gate_that_took_the_request_and_is_something_else_all_the_same_is_a_failure() =>
        Read(GateState.Opened, Opened(null) with { Conditions = [Condition("Opened", "False", "Gate closed by window 'freeze'")] }).Should().Be(
            new RequestVerdict(false, "Gate flux-system/sre-approval has taken the request, but is not opened: Gate closed by window 'freeze'"));

    [Fact]
    public void A_stalled_gate_takes_no_request_and_says_why()
    {
        var stalled = Condition("Stalled", "True", "spec.window: '0s' is not a window") with { Reason = "InvalidSpec" };
        Read(GateState.Opened, new GateStatus { Conditions = [stalled] })!.Message.Should().StartWith(
            "Gate flux-system/sre-approval is stalled and stays closed: spec.window: '0s' is not a window");
    }

    [Fact]
    public void A_patch_removes_what_an_earlier_request_of_the_same_kind_said()
    {
        GateRequestPatch.Of(GateState.Opened, Asked, null, "").ToJsonString().Should().Be(
            """{"metadata":{"annotations":{"open.gate.fluxcd.io/requestedAt":"2026-03-26T10:16:59.500Z","open.gate.fluxcd.io/reason":null,"open.gate.fluxcd.io/revision":null,"open.gate.fluxcd.io/override":null}}}""");
        GateRequestPatch.Of(GateState.Closed, Asked, "freeze", null).ToJsonString().Should().Be(
            """{"metadata":{"annotations":{"close.gate.fluxcd.io/requestedAt":"2026-03-26T10:16:59.500Z","close.gate.fluxcd.io/reason":"freeze"}}}""");
    }

    [Fact]
    public void A_stamp_never_lies_in_the_future() =>
        Stamp.Of(Moment.Now.AddTicks(9999)).Should().Be("2026-03-26T10:17:00Z");

    private static GateStatus Opened(DateTimeOffset? until) => new()
    {
        LastHandledOpenAt = Asked,
        Request = new LatchedRequest { Target = "opened", Stamp = Moment.At(Asked) },
        ResetToDefaultAt = until,
        Conditions = [Condition("Opened", "True", "…")],
    };

    private static Condition Condition(string type, string status, string message) => new() { Type = type, Status = status, Reason = "ReconciliationSucceeded", Message = message };

    private static RequestVerdict? Read(GateState target, GateStatus? status) => new GateRequestOutcome(target, Asked, Moment.Now).Read(new Gate
    {
        Metadata = new ObjectMeta { Namespace = "flux-system", Name = "sre-approval" },
        Spec = new GateSpec { Default = "closed", Window = "1h" },
        Status = status,
    });
}
