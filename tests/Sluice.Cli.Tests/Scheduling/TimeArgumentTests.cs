using Sluice.Cli.Scheduling;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Tests.Scheduling;

public sealed class TimeArgumentTests
{
    [Theory]
    [InlineData("2026-11-27T14:00:00Z", "2026-11-27T14:00:00Z")]
    [InlineData("2026-11-27T14:00:00+05:45", "2026-11-27T08:15:00Z")]
    [InlineData("2026-11-27", "2026-11-26T23:00:00Z")]
    [InlineData("2026-11-27T14:00", "2026-11-27T13:00:00Z")]
    [InlineData("2026-11-27T14:00:30", "2026-11-27T13:00:30Z")]
    [InlineData("now", "2026-03-26T10:17:00Z")]
    [InlineData("today", "2026-03-25T23:00:00Z")]
    [InlineData("tomorrow", "2026-03-26T23:00:00Z")]
    [InlineData("+90m", "2026-03-26T11:47:00Z")]
    [InlineData("-2h", "2026-03-26T08:17:00Z")]
    [InlineData("+1w", "2026-04-02T09:17:00Z")]
    [InlineData("+7d", "2026-04-02T09:17:00Z")]
    [InlineData("2026-03-29T02:30", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-25T02:30", "2026-10-25T00:30:00Z")]
    public void Times_are_read_in_the_zone_that_is_shown(string text, string instant) =>
        Rfc3339.Format(Read(text)).Should().Be(instant);

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("2026-13-01")]
    [InlineData("2026-11-27 14:00")]
    [InlineData("+7")]
    [InlineData("+7y")]
    [InlineData("+-7d")]
    [InlineData("7d")]
    [InlineData("+999999w")]
    public void What_is_no_time_is_refused_with_what_would_be_one(string text) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<CommandException>().Where(e => e.ExitCode == ExitCodes.Usage)
            .WithMessage($"--at: '{text}' is not a time; expected RFC 3339 (2026-11-27T14:00:00Z), a date (2026-11-27) or a time (2026-11-27T14:00) in Europe/Berlin, now, today, tomorrow, or +7d (w, d, h, m)");

    [Theory]
    [InlineData("1969-12-31T00:00:00Z")]
    [InlineData("2500-01-02")]
    [InlineData("0001-01-01")]
    public void Years_that_no_schedule_reaches_are_refused(string text) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<CommandException>().Where(e => e.ExitCode == ExitCodes.Usage);

    [Fact]
    public void The_readers_zone_is_TZ_or_the_machines_and_never_a_guess()
    {
        ReaderZone.Find("Europe/Berlin", TimeZoneInfo.Utc).Id.Should().Be("Europe/Berlin");
        ReaderZone.Find(":Asia/Kathmandu", TimeZoneInfo.Utc).Id.Should().Be("Asia/Kathmandu");
        ReaderZone.Find("/usr/share/zoneinfo/America/New_York", TimeZoneInfo.Utc).Id.Should().Be("America/New_York");
        ReaderZone.Find(null, TimeZoneInfo.CreateCustomTimeZone("Australia/Lord_Howe", TimeSpan.Zero, null, null)).Id.Should().Be("Australia/Lord_Howe");
        ReaderZone.Find("", TimeZoneInfo.CreateCustomTimeZone("W. Europe Standard Time", TimeSpan.Zero, null, null)).Id.Should().Be("Europe/Berlin", "Windows has names of its own");
        FluentActions.Invoking(() => ReaderZone.Find("CET-1CEST", TimeZoneInfo.Utc)).Should().Throw<CommandException>()
            .WithMessage("--local: TZ is 'CET-1CEST', which is no IANA name such as Europe/Berlin\nset TZ to one, or leave --local out");
        FluentActions.Invoking(() => ReaderZone.Find(null, TimeZoneInfo.CreateCustomTimeZone("Local", TimeSpan.Zero, null, null))).Should().Throw<CommandException>()
            .WithMessage("--local: this machine's time zone is 'Local', which is no IANA name*");
    }

    private static DateTimeOffset Read(string text)
    {
        TimeZones.TryFind("Europe/Berlin", out var zone).Should().BeTrue();
        return new TimeArgument(zone!, Moment.Now).Read(text, "--at", Moment.Now);
    }
}
