using Sluice.Cli.Releasing;

namespace Sluice.Cli.Tests.Releasing;

public sealed class RevisionTextTests
{
    private const string Sha = "3f2a1b0c4d5e6f708192a3b4c5d6e7f8091a2b3c";
    private const string Revision = $"main@sha1:{Sha}";

    [Theory]
    [InlineData(Revision, "main@sha1:3f2a1b0c")]
    [InlineData("6.5.4", "6.5.4")]
    [InlineData("latest@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "latest@sha256:01234567")]
    [InlineData($"Candidate {Revision} is waiting approval", "Candidate main@sha1:3f2a1b0c is waiting approval")]
    public void A_checksum_is_abbreviated_to_eight_characters_as_Flux_does_it(string text, string expected) => RevisionText.Short(text).Should().Be(expected);

    [Theory]
    [InlineData("3f2a1b0", true)]
    [InlineData("3f2a1b", false)]
    [InlineData("sha1:3f2a1b0", true)]
    [InlineData("main@sha1:3f2a1b0", true)]
    [InlineData("in@sha1:3f2a1b0", false)]
    [InlineData("ain@sha1:3f2a1b0", false)]
    [InlineData("dev@sha1:3f2a1b0", false)]
    [InlineData("sha256:3f2a1b0", false)]
    [InlineData("3F2A1B0", false)]
    [InlineData("2a1b0c4d", false)]
    public void An_abbreviation_begins_the_checksum_and_has_seven_characters(string text, bool expected) => RevisionText.IsAbbreviation(text, Revision).Should().Be(expected);

    [Fact]
    public void What_has_no_checksum_has_no_abbreviation() => RevisionText.IsAbbreviation("6.5.4-lon", "6.5.4-long").Should().BeFalse();
}
