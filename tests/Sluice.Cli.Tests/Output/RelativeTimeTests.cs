using Sluice.Cli.Output;

namespace Sluice.Cli.Tests.Output;

public sealed class RelativeTimeTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(-5, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(192, "3m12s")]
    [InlineData(599, "9m59s")]
    [InlineData(600, "10m")]
    [InlineData(3 * 3600 - 1, "179m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData(3 * 3600 + 1200, "3h20m")]
    [InlineData(8 * 3600 + 1200, "8h")]
    [InlineData(48 * 3600, "2d")]
    [InlineData(52 * 3600, "2d4h")]
    [InlineData(8 * 86400, "8d")]
    [InlineData(729 * 86400, "729d")]
    [InlineData(760 * 86400, "2y30d")]
    [InlineData(3000 * 86400, "8y")]
    public void Durations_read_as_kubectl_writes_ages(int seconds, string text) =>
        RelativeTime.Duration(TimeSpan.FromSeconds(seconds)).Should().Be(text);

    [Fact]
    public void A_time_to_come_is_rounded_up_so_that_a_window_of_an_hour_reads_as_one() =>
        RelativeTime.Until(Moment.Now.AddHours(1).AddMilliseconds(-30), Moment.Now).Should().Be("in 60m");

    [Fact]
    public void A_time_that_has_come_is_now() => RelativeTime.Until(Moment.Now, Moment.Now).Should().Be("now");

    [Fact]
    public void An_instant_is_told_with_its_distance()
    {
        RelativeTime.Both(Moment.At("2026-03-26T11:00:00Z"), Moment.Now).Should().Be("2026-03-26T11:00:00Z (in 43m)");
        RelativeTime.Both(Moment.At("2026-03-26T09:00:00Z"), Moment.Now).Should().Be("2026-03-26T09:00:00Z (77m ago)");
    }
}
