using Sluice.Gating.Gates;
using static Sluice.Gating.Tests.WatchedGate;

namespace Sluice.Gating.Tests.Gates;

/// <summary><c>open.gate.fluxcd.io/revision</c>: an opening for one revision alone.</summary>
public sealed class RevisionTests
{
    private static readonly Candidate Named = new("main@sha1:8a1f0c", "sha256:11aa");
    private static readonly Candidate Other = new("main@sha1:9b2e1d", "sha256:22bb");

    [Theory]
    [InlineData("main@sha1:8a1f0c")]
    [InlineData("sha256:11aa")]
    public void An_opening_for_a_revision_or_digest_passes_that_one_alone(string revision)
    {
        var gate = ClosedByDefault(TimeSpan.FromHours(1)).AnnotateOpen("10:00", revision);
        gate.Look("10:00");

        gate.Decide("10:10", Named).Should().Be(new GateDecision(
            GateState.Opened, "ReconciliationSucceeded", "Gate scheduled for closing at 2021-03-26T11:00:00Z", "Requested",
            new Transition(At("11:00"), GateState.Closed, "RequestExpired"))
        {
            Until = At("11:00"),
        });
        gate.State("10:10", Other).Should().Be(GateState.Closed, "another revision is not the one that was named");
        gate.State("10:10").Should().Be(GateState.Closed, "an object without candidates cannot show that it is the one");
        gate.State("11:00", Named).Should().Be(GateState.Closed, "the window ends for the named one as for any");
    }

    [Fact]
    public void Whoever_else_asks_is_told_for_which_revision_the_gate_is_opened_and_until_when()
    {
        var gate = ClosedByDefault(TimeSpan.FromHours(1)).AnnotateOpen("10:00", "sha256:11aa");
        gate.Look("10:00");
        gate.Decide("10:10").Message.Should().Be("Gate closed by default, opened for revision 'sha256:11aa' alone until 2021-03-26T11:00:00Z");
        gate.Decide("10:10").Reason.Should().Be("OpenedForRevision");

        var forever = ClosedByDefault().AnnotateOpen("10:00", "sha256:11aa");
        forever.Look("10:00");
        forever.Decide("10:10", Other).Message.Should().Be("Gate closed by default, opened for revision 'sha256:11aa' alone");
    }

    [Theory]
    [InlineData("main@sha1:8a1f")]
    [InlineData("main@sha1:8a1f0c0")]
    [InlineData("main")]
    [InlineData("sha256:11AA")]
    [InlineData("")]
    public void A_part_of_a_revision_names_nothing(string revision)
    {
        var gate = ClosedByDefault().AnnotateOpen("10:00", revision);
        gate.Look("10:00");

        gate.State("10:10", Named).Should().Be(GateState.Closed);
        gate.State("10:10").Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_close_request_closes_for_every_revision_whatever_revision_stands_beside_it()
    {
        var gate = OpenedByDefault(TimeSpan.FromHours(1));
        gate.Annotations = new() { OpenRevision = "sha256:11aa", CloseRequestedAt = Stamp("10:00") };
        gate.Look("10:00");

        gate.State("10:10", Named).Should().Be(GateState.Closed);
        gate.State("10:10", Other).Should().Be(GateState.Closed);
        gate.State("10:10").Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_revision_changed_beside_a_stamp_that_was_taken_opens_nothing_more()
    {
        var gate = ClosedByDefault().AnnotateOpen("10:00", "sha256:11aa");
        gate.Look("10:00");
        gate.AnnotateOpen("10:00", "sha256:22bb").Look("10:10").Notices.Should().BeEmpty();
        gate.State("10:10", Other).Should().Be(GateState.Closed);

        gate.AnnotateOpen("10:00", revision: null).Look("10:20");
        gate.State("10:20", Other).Should().Be(GateState.Closed, "a revision that vanishes does not widen the request");
    }

    [Fact]
    public void A_gate_that_opens_for_one_revision_ahead_of_time_stays_closed_for_the_others()
    {
        var gate = OpenedByDefault(TimeSpan.FromHours(24)).AnnotateClose("10:00");
        gate.Look("10:00");
        gate.AnnotateOpen("11:00", "sha256:11aa").Look("11:00");

        gate.State("11:00", Named).Should().Be(GateState.Opened);
        gate.State("11:00", Other).Should().Be(GateState.Closed, "it was opened for the named revision alone");
        gate.State("11:00").Should().Be(GateState.Closed);
        gate.Decide("11:00").Message.Should().Be("Gate closed, opened for revision 'sha256:11aa' alone until 2021-03-27T11:00:00Z");
        gate.Decide("11:00").Next.Should().Be(new Transition(At("2021-03-27T11:00:00Z"), GateState.Opened, "RequestExpired"));
        gate.State("2021-03-27T11:00:00Z", Other).Should().Be(GateState.Opened, "then the default decides again");
    }
}
