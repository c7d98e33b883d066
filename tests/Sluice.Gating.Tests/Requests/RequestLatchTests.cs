using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using static Sluice.Gating.Tests.WatchedGate;

namespace Sluice.Gating.Tests.Requests;

/// <summary>Every trap that the design names about manual requests, each as its own sentence.</summary>
public sealed class RequestLatchTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("10:00", "10:10", GateState.Closed)]
    [InlineData("10:10", "10:00", GateState.Opened)]
    public void The_later_of_the_two_stamps_wins_when_both_are_seen_at_once(string open, string close, GateState expected)
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen(open).AnnotateClose(close);
        gate.Look("10:20");

        gate.Current!.Target.Should().Be(expected);
        gate.State("10:20").Should().Be(expected);
    }

    [Fact]
    public void The_later_of_the_two_stamps_wins_when_the_earlier_one_arrives_late()
    {
        var gate = ClosedByDefault().AnnotateOpen("10:10");
        gate.Look("10:10");
        var late = gate.AnnotateClose("10:00").Look("10:20");

        gate.State("10:20").Should().Be(GateState.Opened);
        late.Notices.Should().ContainSingle().Which.Should().Be(new RequestNotice(
            RequestOutcome.Superseded, GateState.Closed,
            "The close request of 2021-03-26T10:00:00Z changes nothing: the gate follows a later one, the open request of 2021-03-26T10:10:00Z"));
    }

    [Fact]
    public void Of_two_equal_stamps_the_one_that_closes_wins_in_whatever_order_they_come()
    {
        foreach (var byDefault in Enum.GetValues<GateState>())
        {
            var both = New().AnnotateOpen("10:00").AnnotateClose("10:00");
            both.Look("10:00").Notices.Select(notice => notice.Target).Should().Equal([GateState.Opened, GateState.Closed], "what wins is taken last");
            both.Current!.Target.Should().Be(GateState.Closed, $"both at once, {byDefault} by default");

            var openFirst = New().AnnotateOpen("10:00");
            openFirst.Look("10:00");
            openFirst.AnnotateClose("10:00").Look("10:05");
            openFirst.Current!.Target.Should().Be(GateState.Closed, $"the open one first, {byDefault} by default");

            var closeFirst = New().AnnotateClose("10:00");
            closeFirst.Look("10:00");
            closeFirst.AnnotateOpen("10:00").Look("10:05").Notices.Single().Outcome.Should().Be(RequestOutcome.Superseded);
            closeFirst.Current!.Target.Should().Be(GateState.Closed, $"the close one first, {byDefault} by default");

            WatchedGate New() => new() { Rules = new() { Default = byDefault } };
        }
    }

    [Fact]
    public void A_stamp_is_taken_once()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Taken);
        var after = gate.Latched;

        foreach (var time in new[] { "10:00", "10:30", "11:00", "12:00" })
        {
            var again = gate.Look(time);
            again.Notices.Should().BeEmpty($"it was taken at 10:00 already, and seen again at {time}");
            again.Latched.Should().Be(after);
        }
    }

    [Fact]
    public void The_same_stamp_written_in_another_zone_is_the_same_stamp()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("2021-03-26T10:00:00Z");
        gate.Look("10:00");
        gate.AnnotateOpen("2021-03-26T11:00:00+01:00").Look("10:30").Notices.Should().BeEmpty();

        gate.Current!.ResetAt.Should().Be(At("11:00"));
    }

    [Fact]
    public void An_annotation_that_vanishes_changes_nothing()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        gate.StripAnnotations().Look("10:01").Notices.Should().BeEmpty();
        gate.Decide("10:01").Message.Should().Be("Gate scheduled for closing at 2021-03-26T11:00:00Z");

        gate.AnnotateOpen("10:00").Look("10:02").Notices.Should().BeEmpty("it is the stamp of before, delivered again");
        gate.AnnotateClose("10:10").Look("10:10");
        gate.StripAnnotations().Look("10:11");
        gate.State("10:11").Should().Be(GateState.Closed);
        gate.AnnotateOpen("10:00").Look("10:12");
        gate.State("10:12").Should().Be(GateState.Closed, "the open stamp of before is older than the close one");
    }

    [Fact]
    public void What_came_of_a_stamp_is_not_said_again_when_it_vanishes_and_comes_back()
    {
        var gate = ClosedByDefault().AnnotateClose("10:10");
        gate.Look("10:10");
        gate.AnnotateOpen("10:00").AnnotateClose("soon").Look("10:11").Notices.Should().HaveCount(2, "one came too late, one cannot be read");
        var annotations = gate.Annotations;
        gate.StripAnnotations().Look("10:12");
        gate.Annotations = annotations;

        gate.Look("10:13").Notices.Should().BeEmpty("both were delivered before");
    }

    [Fact]
    public void A_stamp_in_the_future_counts_from_its_receipt_and_is_warned_about()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("12:00");
        var result = gate.Look("10:00");

        gate.Current!.RequestedAt.Should().Be(At("10:00"));
        gate.Current.Stamp.Should().Be(At("12:00"), "the token is the stamp as it was given");
        gate.Current.ResetAt.Should().Be(At("11:00"));
        gate.State("10:59").Should().Be(GateState.Opened);
        gate.State("11:00").Should().Be(GateState.Closed);
        result.Notices.Should().ContainSingle().Which.Should().Be(new RequestNotice(
            RequestOutcome.Clamped, GateState.Opened, "The open request of 2021-03-26T12:00:00Z lies in the future: it counts from its receipt at 2021-03-26T10:00:00Z"));
        result.Unreadable.Should().BeNull();
    }

    [Fact]
    public void A_stamp_of_this_very_instant_is_not_in_the_future()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00").Notices.Single().Outcome.Should().Be(RequestOutcome.Taken);
        gate.Latched.TakenAhead.Should().BeEmpty();

        var early = ClosedByDefault(Hour).AnnotateOpen("10:00");
        early.Look(At("10:00") - TimeSpan.FromTicks(1)).Notices.Single().Outcome.Should().Be(RequestOutcome.Clamped);
    }

    [Fact]
    public void A_stamp_in_the_future_is_not_taken_again_when_its_time_has_come()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("12:00");
        gate.Look("10:00");
        gate.AnnotateClose("10:30").Look("10:30");
        gate.AnnotateOpen("10:20").Look("10:31");

        gate.AnnotateOpen("12:00").Look("12:00").Notices.Should().BeEmpty("it was taken at 10:00, and other stamps came between");
        gate.State("12:00").Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_stamp_in_the_future_does_not_outlast_a_later_request()
    {
        var gate = ClosedByDefault().AnnotateOpen("2099-01-01T00:00:00Z");
        gate.Look("10:00");
        gate.AnnotateClose("10:01").Look("10:01");

        gate.State("10:01").Should().Be(GateState.Closed, "the open stamp counts from 10:00, and the close stamp is of 10:01");
    }

    [Fact]
    public void Of_two_stamps_in_the_future_the_later_one_wins()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("12:00").AnnotateClose("13:00");
        gate.Look("10:00");
        gate.State("10:00").Should().Be(GateState.Closed);

        var reverse = ClosedByDefault(Hour).AnnotateOpen("13:00").AnnotateClose("12:00");
        reverse.Look("10:00");
        reverse.State("10:00").Should().Be(GateState.Opened);
        reverse.Current!.RequestedAt.Should().Be(At("10:00"));
    }

    [Fact]
    public void A_stamp_in_the_future_that_lost_is_not_taken_later()
    {
        var gate = ClosedByDefault().AnnotateClose("13:00");
        gate.Look("10:00");
        gate.AnnotateOpen("12:00").Look("10:00").Notices.Single().Outcome.Should().Be(RequestOutcome.Superseded);
        gate.AnnotateOpen("09:00").Look("10:10");

        gate.AnnotateOpen("12:00").Look("10:20").Notices.Should().BeEmpty("it was looked at and lost");
        gate.State("10:20").Should().Be(GateState.Closed);
    }

    [Fact]
    public void No_more_than_twenty_stamps_in_the_future_are_taken_and_the_next_is_reported()
    {
        var gate = ClosedByDefault();
        for (var minute = 0; minute < RequestLatch.MaxTakenAhead; minute++)
        {
            gate.AnnotateOpen($"2021-03-27T10:{minute:00}:00Z").Look("10:00").Notices.Single().Outcome.Should().Be(RequestOutcome.Clamped);
        }

        var result = gate.AnnotateOpen("2021-03-27T11:00:00Z").Look("10:00");
        result.Unreadable.Should().Be(
            "open.gate.fluxcd.io/requestedAt: '2021-03-27T11:00:00Z' lies in the future, and 20 such stamps were taken already; give the present time");
        gate.Latched.TakenAhead.Should().HaveCount(RequestLatch.MaxTakenAhead);
        gate.AnnotateOpen("2021-03-27T10:19:00Z").Look("10:00").Unreadable.Should().BeNull("that one is one of the twenty");

        gate.AnnotateClose("10:01").Look("10:01").Notices.Single().Outcome.Should().Be(RequestOutcome.Taken);
        gate.State("10:01").Should().Be(GateState.Closed, "a close request of the present time always works");
    }

    [Fact]
    public void The_twentieth_stamp_in_the_future_is_the_last_even_when_two_come_at_once()
    {
        var gate = ClosedByDefault();
        for (var minute = 0; minute < RequestLatch.MaxTakenAhead - 1; minute++)
        {
            gate.AnnotateOpen($"2021-03-27T10:{minute:00}:00Z").Look("10:00");
        }

        var result = gate.AnnotateOpen("2021-03-27T11:00:00Z").AnnotateClose("2021-03-27T11:00:00Z").Look("10:00");
        result.Unreadable.Should().StartWith("close.gate.fluxcd.io/requestedAt: ");
        gate.Latched.TakenAhead.Should().HaveCount(RequestLatch.MaxTakenAhead);
        gate.Look("10:00").Should().Be(new LatchResult(gate.Latched, [], result.Unreadable), "a second look finds the same");
    }

    [Fact]
    public void A_stamp_that_was_taken_is_never_refused_when_the_clock_goes_back()
    {
        var gate = ClosedByDefault();
        for (var minute = 0; minute < RequestLatch.MaxTakenAhead; minute++)
        {
            gate.AnnotateOpen($"2021-03-27T10:{minute:00}:00Z").Look("10:00");
        }

        gate.AnnotateOpen("10:30").Look("10:30");
        gate.Look("10:20").Unreadable.Should().BeNull("it was readable at 10:30");
    }

    [Fact]
    public void Stamps_in_the_future_are_forgotten_when_they_can_do_no_more_harm()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("12:00");
        gate.Look("10:00");
        gate.Latched.TakenAhead.Should().Equal(new TakenStamp(GateState.Opened, At("12:00")));
        gate.AnnotateClose("12:00").Look("12:00");
        gate.Latched.TakenAhead.Should().NotBeEmpty("a stamp of the same instant is not older");
        gate.AnnotateClose("12:01").Look("12:01");
        gate.Latched.TakenAhead.Should().BeEmpty();

        gate.AnnotateOpen("12:00").Look("12:02");
        gate.State("12:02").Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_stamp_whose_window_has_passed_is_recorded_as_expired_and_opens_nothing()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("08:00");
        var result = gate.Look("09:00");

        result.Notices.Should().ContainSingle().Which.Should().Be(new RequestNotice(
            RequestOutcome.Expired, GateState.Opened, "The open request of 2021-03-26T08:00:00Z had run out at 2021-03-26T09:00:00Z when it was received: it changes nothing"));
        gate.State("09:00").Should().Be(GateState.Closed);
        gate.Current!.RequestedAt.Should().Be(At("08:00"), "it is recorded");

        var inTime = ClosedByDefault(Hour).AnnotateOpen("08:00");
        inTime.Look(At("09:00") - TimeSpan.FromTicks(1)).Notices.Single().Outcome.Should().Be(RequestOutcome.Taken);
    }

    [Fact]
    public void A_close_stamp_whose_window_has_passed_does_not_end_a_close_request_in_force()
    {
        var gate = OpenedByDefault(TimeSpan.FromHours(24)).AnnotateClose("09:00");
        gate.Look("09:00");
        gate.Rules = gate.Rules with { Window = Hour };

        var late = gate.AnnotateClose("09:10").Look("10:30");
        late.Notices.Single().Outcome.Should().Be(RequestOutcome.Expired);
        gate.State("10:30").Should().Be(GateState.Closed, "what opens nothing does not open the gate by replacing what keeps it closed");
        gate.Decide("10:30").Next!.At.Should().Be(At("2021-03-27T09:00:00Z"));

        gate.Rules = gate.Rules with { Window = TimeSpan.FromHours(48) };
        gate.AnnotateClose("09:05").Look("10:40");
        gate.AnnotateClose("09:10").Look("10:50").Notices.Should().BeEmpty("it was taken once");
    }

    [Theory]
    [InlineData(GateState.Closed)]
    [InlineData(GateState.Opened)]
    public void A_request_back_to_the_default_resets_at_once(GateState byDefault)
    {
        var gate = new WatchedGate { Rules = new() { Default = byDefault, Window = Hour } };
        _ = byDefault == GateState.Closed ? gate.AnnotateClose("10:00") : gate.AnnotateOpen("10:00");
        gate.Look("10:30").Notices.Single().Outcome.Should().Be(RequestOutcome.Taken);

        gate.Current!.RequestedAt.Should().Be(At("10:00"));
        gate.Current.ResetAt.Should().Be(At("10:00"));
        gate.Decide("10:30").Next.Should().BeNull();
        gate.State("10:30").Should().Be(byDefault);
    }

    [Fact]
    public void Who_asked_and_why_are_latched_with_the_request_that_they_belong_to()
    {
        var gate = OpenedByDefault(Hour);
        gate.Annotations = new()
        {
            OpenRequestedAt = Stamp("10:00"),
            OpenBy = "manager:kubectl-annotate",
            OpenReason = "release 42",
            CloseRequestedAt = Stamp("10:10"),
            CloseBy = "manager:sluice",
            CloseReason = "incident 7",
        };
        gate.Look("10:10");
        gate.Current.Should().BeEquivalentTo(new { Target = GateState.Closed, By = "manager:sluice", Reason = "incident 7" });

        gate.Annotations = gate.Annotations with { OpenRequestedAt = Stamp("10:20") };
        gate.Look("10:20");
        gate.Current.Should().BeEquivalentTo(new { Target = GateState.Opened, By = "manager:kubectl-annotate", Reason = "release 42" });
    }

    [Fact]
    public void While_the_spec_cannot_be_understood_nothing_is_taken_and_nothing_is_forgotten()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        var good = gate.Rules;
        gate.Rules = good with { Fault = "broken" };
        gate.Look("10:00").Should().Be(new LatchResult(LatchedRequests.None, [], null));

        gate.Rules = good;
        gate.Look("10:10").Notices.Single().Outcome.Should().Be(RequestOutcome.Taken);
        gate.Current!.ResetAt.Should().Be(At("11:00"));
    }
}
