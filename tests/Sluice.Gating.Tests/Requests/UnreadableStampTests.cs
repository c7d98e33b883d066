using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using static Sluice.Gating.Tests.WatchedGate;

namespace Sluice.Gating.Tests.Requests;

public sealed class UnreadableStampTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("2021-03-26")]
    [InlineData("2021-03-26 10:00:00Z")]
    [InlineData("1616752800")]
    public void An_unreadable_stamp_is_reported_and_changes_nothing_else(string stamp)
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        var before = gate.Current;
        gate.Annotations = gate.Annotations with { OpenRequestedAt = stamp };
        var result = gate.Look("10:10");

        result.Unreadable.Should().Be($"open.gate.fluxcd.io/requestedAt: '{stamp}' is not a time; expected RFC 3339, for example 2026-03-26T10:00:00Z");
        result.Notices.Should().ContainSingle().Which.Should().Be(new RequestNotice(RequestOutcome.Unreadable, GateState.Opened, result.Unreadable!));
        gate.Current.Should().Be(before);
        gate.Decide("10:10").Message.Should().Be("Gate scheduled for closing at 2021-03-26T11:00:00Z");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void An_open_request_beside_a_revision_that_is_empty_is_unreadable_and_opens_nothing(string revision)
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Annotations = gate.Annotations with { OpenRevision = revision };
        var result = gate.Look("10:00");

        result.Unreadable.Should().Be(
            "open.gate.fluxcd.io/revision: it names no revision; name one, or remove the annotation to open the gate for all, with a new open.gate.fluxcd.io/requestedAt");
        result.Notices.Should().ContainSingle().Which.Should().Be(new RequestNotice(RequestOutcome.Unreadable, GateState.Opened, result.Unreadable!));
        gate.Decide("10:00").Message.Should().Be("Gate closed by default");
    }

    [Fact]
    public void An_unreadable_stamp_is_noticed_once_and_reported_for_as_long_as_it_stands()
    {
        var gate = ClosedByDefault(Hour).AnnotateClose("yesterday");
        gate.Look("10:00").Notices.Should().ContainSingle();
        var again = gate.Look("10:01");
        again.Notices.Should().BeEmpty();
        again.Unreadable.Should().Contain("'yesterday'");

        gate.AnnotateClose("10:02").Look("10:02").Unreadable.Should().BeNull();
        gate.StripAnnotations().Look("10:03").Unreadable.Should().BeNull();
    }

    [Fact]
    public void A_readable_stamp_beside_an_unreadable_one_is_taken()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00").AnnotateClose("tomorrow");
        var result = gate.Look("10:00");

        result.Notices.Select(notice => notice.Outcome).Should().BeEquivalentTo([RequestOutcome.Unreadable, RequestOutcome.Taken]);
        result.Unreadable.Should().StartWith("close.gate.fluxcd.io/requestedAt: ");
        gate.State("10:00").Should().Be(GateState.Opened);
    }

    [Fact]
    public void Two_unreadable_stamps_are_both_reported()
    {
        var result = ClosedByDefault(Hour).AnnotateOpen("a").AnnotateClose("b").Look("10:00");

        result.Notices.Should().HaveCount(2);
        result.Unreadable.Should().Contain("open.gate.fluxcd.io/requestedAt: 'a'").And.Contain("; close.gate.fluxcd.io/requestedAt: 'b'");
    }

    [Fact]
    public void An_endless_stamp_is_cut_short_in_the_report()
    {
        var result = ClosedByDefault(Hour).AnnotateOpen(new string('x', 100_000)).Look("10:00");

        result.Unreadable!.Length.Should().BeLessThan(250);
        result.Unreadable.Should().Contain($"'{new string('x', 64)}…'");
    }
}
