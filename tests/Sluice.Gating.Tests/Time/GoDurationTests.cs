using System.Text.RegularExpressions;
using CsCheck;
using Sluice.Gating.Time;

namespace Sluice.Gating.Tests.Time;

public sealed partial class GoDurationTests
{
    [Theory]
    // From the tests and the documentation of Go's time.ParseDuration, as far as Flux's pattern admits them.
    [InlineData("5s", 5_000)]
    [InlineData("30s", 30_000)]
    [InlineData("1478s", 1_478_000)]
    [InlineData("0s", 0)]
    [InlineData("5.0s", 5_000)]
    [InlineData("5.6s", 5_600)]
    [InlineData("1.0s", 1_000)]
    [InlineData("1.00s", 1_000)]
    [InlineData("1.004s", 1_004)]
    [InlineData("1.0040s", 1_004)]
    [InlineData("100.00100s", 100_001)]
    [InlineData("13ms", 13)]
    [InlineData("14s", 14_000)]
    [InlineData("15m", 900_000)]
    [InlineData("16h", 57_600_000)]
    [InlineData("3h30m", 12_600_000)]
    [InlineData("10.5s4m", 250_500)]
    [InlineData("1h15m30.918s", 4_530_918)]
    [InlineData("4m5.001s", 245_001)]
    [InlineData("5h6m7.001s", 18_367_001)]
    [InlineData("39h9m14.425s", 140_954_425)]
    // In any order, and a unit more than once.
    [InlineData("1s1h", 3_601_000)]
    [InlineData("1h1h", 7_200_000)]
    [InlineData("1m1ms", 60_001)]
    [InlineData("1ms1m", 60_001)]
    [InlineData("007s", 7_000)]
    public void A_duration_is_read_as_Go_reads_it(string text, long milliseconds)
    {
        GoDuration.TryParse(text, out var duration).Should().BeTrue($"Go reads '{text}'");
        duration.Should().Be(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("0.0000001s", 1)]
    [InlineData("0.00000019s", 1)]
    [InlineData("0.00000009s", 0)]
    [InlineData("0.5ms", 5_000)]
    [InlineData("0.3333333333333333h", 11_999_999_999)]
    [InlineData("922337203685.4775807s", long.MaxValue)]
    public void Fractions_below_100_nanoseconds_are_cut_off(string text, long ticks)
    {
        GoDuration.TryParse(text, out var duration).Should().BeTrue();
        duration.Ticks.Should().Be(ticks);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("3")]
    [InlineData("1h3")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("-")]
    [InlineData("s")]
    [InlineData(".")]
    [InlineData(".s")]
    [InlineData("-.s")]
    [InlineData("+.s")]
    [InlineData(".5s")]
    [InlineData("5.s")]
    [InlineData("1.2.3s")]
    [InlineData("1..2s")]
    [InlineData("1,5s")]
    [InlineData("1d")]
    [InlineData("1w")]
    [InlineData("1y")]
    [InlineData("10ns")]
    [InlineData("10us")]
    [InlineData("10µs")]
    [InlineData("1H")]
    [InlineData("1S")]
    [InlineData("1M")]
    [InlineData("1mS")]
    [InlineData("1 h")]
    [InlineData(" 1h")]
    [InlineData("1h ")]
    [InlineData("1h 30m")]
    [InlineData("1h\n")]
    [InlineData("1e3s")]
    [InlineData("0x10s")]
    [InlineData("１h")]
    [InlineData("∞h")]
    [InlineData("PT1H")]
    [InlineData("01:00:00")]
    [InlineData("922337203685.4775808s")]
    [InlineData("256204779h")]
    [InlineData("999999999999999999h")]
    [InlineData("9999999999999999999999999999999999999h")]
    [InlineData("256204778h256204778h")]
    public void What_is_no_duration_is_refused(string? text)
    {
        GoDuration.TryParse(text, out var duration).Should().BeFalse($"'{text}' is no duration");
        duration.Should().Be(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "0.0000001s")]
    [InlineData(250 * TimeSpan.TicksPerMillisecond, "0.25s")]
    [InlineData(45 * TimeSpan.TicksPerSecond, "45s")]
    [InlineData(60 * TimeSpan.TicksPerSecond, "1m")]
    [InlineData(90 * TimeSpan.TicksPerSecond, "1m30s")]
    [InlineData(TimeSpan.TicksPerHour, "1h")]
    [InlineData(90 * TimeSpan.TicksPerMinute, "1h30m")]
    [InlineData(TimeSpan.TicksPerHour + TimeSpan.TicksPerSecond, "1h1s")]
    [InlineData(TimeSpan.TicksPerDay, "24h")]
    [InlineData(TimeSpan.TicksPerHour - 1, "59m59.9999999s")]
    [InlineData(long.MaxValue, "256204778h48m5.4775807s")]
    public void A_duration_is_written_as_people_write_it(long ticks, string expected) => GoDuration.Format(new(ticks)).Should().Be(expected);

    [Fact]
    public void A_duration_below_zero_is_not_written() =>
        FluentActions.Invoking(() => GoDuration.Format(TimeSpan.FromTicks(-1))).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void What_is_written_is_read_as_the_same_duration() =>
        Gen.OneOf(Gen.Long[0, long.MaxValue], Gen.Long[0, TimeSpan.TicksPerDay], Gen.Select(Gen.Long[0, 256_204_778], Gen.Long[-2, 2], (hours, ticks) => Math.Max(0, (hours * TimeSpan.TicksPerHour) + ticks)))
            .Sample(ticks => GoDuration.TryParse(GoDuration.Format(new(ticks)), out var read) && read.Ticks == ticks, iter: 50_000);

    [Fact]
    public void What_is_written_matches_the_pattern_that_Flux_validates_by() =>
        Gen.Long[0, long.MaxValue].Sample(ticks => FluxPattern().IsMatch(GoDuration.Format(new(ticks))), iter: 20_000);

    [Fact]
    public void What_is_read_matches_the_pattern_that_Flux_validates_by() =>
        Gen.Char["0123456789.msh +-"].Array[0, 8].Select(characters => new string(characters))
            .Sample(text => GoDuration.TryParse(text, out _) == FluxPattern().IsMatch(text), iter: 100_000);

    [GeneratedRegex(@"\A([0-9]+(\.[0-9]+)?(ms|s|m|h))+\z")]
    private static partial Regex FluxPattern();
}
