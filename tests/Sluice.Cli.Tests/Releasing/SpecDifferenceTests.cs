using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Cli.Releasing;

namespace Sluice.Cli.Tests.Releasing;

public sealed class SpecDifferenceTests
{
    private const string Before = """{"url": "https://a", "ignore": "x", "ref": {"branch": "main"}, "interval": "1h"}""";

    [Theory]
    [InlineData("""{"url": "https://b", "ref": {"branch": "main"}, "interval": "1h"}""", "The source's spec differs from what is released in: ignore, url")]
    [InlineData("""{"url": "https://a", "ignore": "x", "ref": {"branch": "next"}, "interval": "1h", "verify": {"mode": "HEAD"}}""", "The source's spec differs from what is released in: ref, verify")]
    [InlineData(null, "The source's spec differs from what is released; in what is not known")]
    [InlineData("{", "The source's spec differs from what is released; in what is not known")]
    public void The_fields_that_differ_are_named_where_they_are_known(string? after, string difference) => Of("sha256:01", "sha256:02", after).Should().Be(difference);

    [Fact]
    public void There_is_none_of_the_same_spec_or_while_nothing_is_released()
    {
        Of("sha256:01", "sha256:01", null).Should().BeNull();
        Of(null, "sha256:02", null).Should().BeNull();
    }

    private static string? Of(string? released, string candidate, string? after)
    {
        var waiting = new CandidateStatus { Revision = "main@sha1:bb", Digest = "sha256:bb", SpecDigest = candidate, Since = Moment.Now };
        return SpecDifference.Of(
            new GatedSource
            {
                Metadata = new ObjectMeta { Namespace = "apps", Name = "app" },
                Status = new GatedSourceStatus
                {
                    Candidate = waiting,
                    Released = released is null ? null : new ReleaseRecord { Revision = "main@sha1:aa", Digest = "sha256:aa", SpecDigest = released, At = Moment.Now },
                    Specs = [new SpecSnapshot { Digest = "sha256:01", Spec = Before }, .. after is null ? Array.Empty<SpecSnapshot>() : [new SpecSnapshot { Digest = "sha256:02", Spec = after }]],
                },
            },
            waiting);
    }
}
