using Sluice.Api.Gates;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Gates;

namespace Sluice.Cli.Tests.Scheduling;

public sealed class CalendarFeedTests
{
    private static readonly DateTimeOffset From = Moment.Now;
    private static readonly ScheduleSpan Year = new(From, From.AddDays(366), false);

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Beirut")]
    public void The_events_are_what_the_forecast_announces(string zone)
    {
        var plan = Plans.Of(zone, Plans.Nightly, Plans.Lunch, Plans.Friday);
        List<(DateTimeOffset, DateTimeOffset)> announced = [];
        DateTimeOffset? since = GateDecision.Decide(plan.Rules, null, null, From).State == GateState.Opened ? From : null;
        foreach (var transition in Forecast.From(plan.Rules, null, From).TakeWhile(_ => since is null || since < Year.To))
        {
            if (since is { } start && transition.To == GateState.Closed)
                announced.Add((start, transition.At));
            since = transition.To == GateState.Opened ? transition.At : null;
            if (since is null && transition.At >= Year.To)
                break;
        }

        announced.Should().HaveCountGreaterThan(500);
        new Feed(Of(plan)).Stretches.Should().Equal(announced);
    }

    [Fact]
    public void Texts_are_escaped_and_folded_and_every_event_has_what_it_must_have()
    {
        var feed = new Feed(Of(Plans.Of("UTC", Plans.Nightly)));
        feed.Lines[1..3].Should().Equal("VERSION:2.0", "PRODID:-//Sluice//sluice 0.1.0//EN");
        feed.Events[0].Should().Contain("SUMMARY", "gate flux-system/maintenance opened")
            .And.Contain("DTSTAMP", "20260326T101700Z")
            .And.Contain("DTSTART", "20260327T020000Z")
            .And.Contain("DTEND", "20260327T050000Z")
            .And.Contain("DESCRIPTION", "window 'nightly': maintenance; quiet hours, no pager\nclosed when window 'nightly' ends");
        feed.Events.Select(e => e["UID"]).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Letters_of_several_octets_are_not_torn_apart()
    {
        var window = new GateWindow { Name = "nightly", Action = "open", Cron = "0 2 * * *", Duration = "3h", Description = string.Concat(Enumerable.Repeat("ßÄ漢😀\\;\r\n", 40)) };
        new Feed(Of(Plans.Of("UTC", window))).Events[0]["DESCRIPTION"].Should().StartWith("window 'nightly': ßÄ漢😀\\;\nßÄ漢😀").And.NotContain("�");
    }

    [Fact]
    public void An_event_keeps_its_UID_when_the_feed_is_made_again_while_it_goes_on()
    {
        var plan = Plans.Of("UTC", Plans.Nightly);
        string First(string at) => new Feed(CalendarFeed.Of(plan, new ScheduleSpan(Moment.At(at), Moment.At(at).AddDays(2), false), Moment.At(at), "0.1.0")).Events[0]["UID"];
        First("2026-03-27T04:59:00Z").Should().Be(First("2026-03-26T12:00:00Z")).And.Be("20260327T050000Z.flux-system.maintenance@gating.toolkit.fluxcd.io");
    }

    [Fact]
    public void A_gate_that_is_opened_without_end_gets_an_event_until_the_end_of_the_span()
    {
        var feed = new Feed(Of(Plans.Of(new GateSpec { Default = "opened" })));
        feed.Stretches.Should().Equal((From, Year.To));
        feed.Events[0]["DESCRIPTION"].Should().Be("no end is scheduled");
        feed.Events[0]["UID"].Should().StartWith("open-ended.");
    }

    [Fact]
    public void A_gate_that_is_never_opened_is_a_valid_calendar_all_the_same()
    {
        var feed = new Feed(Of(Plans.Of(new GateSpec())));
        feed.Events.Should().BeEmpty();
        feed.Lines.Should().Contain("BEGIN:VTIMEZONE", "a calendar has at least one component");
    }

    private static string Of(GatePlan plan) => CalendarFeed.Of(plan, Year, Moment.Now, "0.1.0");
}
