using CsCheck;
using Sluice.Gating.Time;

namespace Sluice.Gating.Tests.Time;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2021-03-26T10:00:00Z", "2021-03-26T10:00:00.0000000")]
    [InlineData("2021-03-26t10:00:00z", "2021-03-26T10:00:00.0000000")]
    [InlineData("2021-03-26T10:00:00+00:00", "2021-03-26T10:00:00.0000000")]
    [InlineData("2021-03-26T10:00:00-00:00", "2021-03-26T10:00:00.0000000")]
    [InlineData("2021-03-26T11:00:00+01:00", "2021-03-26T10:00:00.0000000")]
    [InlineData("2021-03-26T02:00:00-08:00", "2021-03-26T10:00:00.0000000")]
    [InlineData("2021-03-27T00:00:00+14:00", "2021-03-26T10:00:00.0000000")]
    [InlineData("2021-03-26T10:00:00.5Z", "2021-03-26T10:00:00.5000000")]
    [InlineData("2021-03-26T10:00:00.5+00:00", "2021-03-26T10:00:00.5000000")]
    [InlineData("2021-03-26T10:00:00.1234567Z", "2021-03-26T10:00:00.1234567")]
    [InlineData("2021-03-26T10:00:00.123456789Z", "2021-03-26T10:00:00.1234567")]
    [InlineData("2021-03-26T10:00:00.000000099Z", "2021-03-26T10:00:00.0000000")]
    [InlineData("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.0000000")]
    // The examples of RFC 3339 section 5.8, but for its leap seconds.
    [InlineData("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.5200000")]
    [InlineData("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.0000000")]
    [InlineData("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.8700000")]
    public void A_time_with_an_offset_is_read_and_given_back_in_UTC(string text, string expected)
    {
        Rfc3339.TryParse(text, out var instant).Should().BeTrue($"'{text}' is RFC 3339");
        instant.Offset.Should().Be(TimeSpan.Zero);
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", null).Should().Be(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("2021-03-26")]
    [InlineData("2021-03-26T10:00Z")]
    [InlineData("2021-03-26T10:00:00")]
    [InlineData("2021-03-26T10:00:00.5")]
    [InlineData("2021-03-26 10:00:00Z")]
    [InlineData("2021-03-26_10:00:00Z")]
    [InlineData(" 2021-03-26T10:00:00Z")]
    [InlineData("2021-03-26T10:00:00Z ")]
    [InlineData("2021-03-26T10:00:00 Z")]
    [InlineData("2021-03-26T10:00:00 +01:00")]
    [InlineData("2021-03-26T10:00:00Z\n")]
    [InlineData("2021-03-26T10:00:00ZZ")]
    [InlineData("2021-03-26T10:00:00Z+01:00")]
    [InlineData("2021-03-26T10:00:00UTC")]
    [InlineData("2021-03-26T10:00:00CET")]
    [InlineData("2021-03-26T10:00:00.Z")]
    [InlineData("2021-03-26T10:00:00,5Z")]
    [InlineData("2021-03-26T10:00:00.5.5Z")]
    [InlineData("2021-03-26T10:00:00.-5Z")]
    [InlineData("2021-03-26T10:00:00+01")]
    [InlineData("2021-03-26T10:00:00+0100")]
    [InlineData("2021-03-26T10:00:00+1:00")]
    [InlineData("2021-03-26T10:00:00+01:60")]
    [InlineData("2021-03-26T10:00:00+24:00")]
    [InlineData("2021-03-26T10:00:00+01:00:00")]
    [InlineData("2021-03-26T10:00:60Z")]
    [InlineData("1990-12-31T23:59:60Z")]
    [InlineData("2021-03-26T24:00:00Z")]
    [InlineData("2021-03-26T10:60:00Z")]
    [InlineData("2021-02-29T10:00:00Z")]
    [InlineData("2021-13-01T10:00:00Z")]
    [InlineData("2021-00-01T10:00:00Z")]
    [InlineData("2021-03-00T10:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("12021-03-26T10:00:00Z")]
    [InlineData("21-03-26T10:00:00Z   ")]
    [InlineData("2021-3-26T10:00:00Z")]
    [InlineData("2021/03/26T10:00:00Z")]
    [InlineData("２０２１-03-26T10:00:00Z")]
    [InlineData("+2021-03-26T10:00:00Z")]
    public void What_is_no_time_with_an_offset_is_refused(string? text)
    {
        Rfc3339.TryParse(text, out var instant).Should().BeFalse($"'{text}' is not RFC 3339");
        instant.Should().Be(default);
    }

    [Fact]
    public void An_endless_fraction_is_refused()
    {
        Rfc3339.TryParse("2021-03-26T10:00:00." + new string('1', 100_000) + "Z", out _).Should().BeFalse();
        Rfc3339.TryParse(new string('2', 100_000), out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("2021-03-26T10:00:00.0000000", "2021-03-26T10:00:00Z")]
    [InlineData("2021-03-26T10:00:00.5000000", "2021-03-26T10:00:00.5Z")]
    [InlineData("2021-03-26T10:00:00.0000001", "2021-03-26T10:00:00.0000001Z")]
    public void An_instant_is_written_in_UTC_and_with_a_fraction_only_where_there_is_one(string instant, string expected)
    {
        var utc = DateTimeOffset.Parse(instant + "Z", null);
        Rfc3339.Format(utc).Should().Be(expected);
        Rfc3339.Format(utc.ToOffset(TimeSpan.FromHours(5.5))).Should().Be(expected);
    }

    [Fact]
    public void What_is_written_is_read_as_the_same_instant() =>
        Gen.Select(Gen.Long[DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks], Gen.Bool).Sample(
            (ticks, whole) =>
            {
                var instant = new DateTimeOffset(whole ? ticks - ticks % TimeSpan.TicksPerSecond : ticks, TimeSpan.Zero);
                return Rfc3339.TryParse(Rfc3339.Format(instant), out var read) && read == instant;
            },
            iter: 50_000);

    [Fact]
    public void The_same_instant_in_every_zone_is_read_as_the_same_instant() =>
        Gen.Select(Gen.Long[TimeSpan.TicksPerDay * 400, TimeSpan.TicksPerDay * 3_000_000], Gen.Int[-14 * 60, 14 * 60]).Sample(
            (ticks, offset) =>
            {
                var instant = new DateTimeOffset(ticks, TimeSpan.Zero);
                var sign = offset < 0 ? '-' : '+';
                var text = $"{instant.UtcDateTime.AddMinutes(offset):yyyy-MM-dd'T'HH:mm:ss.fffffff}{sign}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}";
                return Rfc3339.TryParse(text, out var read) && read == instant && read.Offset == TimeSpan.Zero;
            },
            iter: 20_000);

    [Fact]
    public void Nothing_that_a_person_may_type_makes_reading_throw() =>
        Gen.OneOf(Gen.String, Gen.Char["0123456789-:.+TtZz "].Array[15, 40].Select(characters => new string(characters)))
            .Sample(text => { _ = Rfc3339.TryParse(text, out _); }, iter: 20_000);
}
