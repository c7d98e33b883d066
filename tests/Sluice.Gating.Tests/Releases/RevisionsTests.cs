using Sluice.Gating.Releases;

namespace Sluice.Gating.Tests.Releases;

/// <summary>When two revisions are of the same content.</summary>
public sealed class RevisionsTests
{
    [Theory]
    [InlineData("main@sha1:aa", "main@sha1:aa", true)]
    [InlineData("main@sha1:aa", "v1.0@sha1:aa", true)]
    [InlineData("main@sha1:aa", "sha1:aa", true)]
    [InlineData("feature@home@sha1:aa", "main@sha1:aa", true)]
    [InlineData("1.2.3", "1.2.3", true)]
    [InlineData("main@sha1:aa", "main@sha1:ab", false)]
    [InlineData("main@sha1:aa", "main@sha256:aa", false)]
    [InlineData("1.2.3", "1.2.4", false)]
    [InlineData("latest@1.2.3", "1.2.3", false)]
    [InlineData("main@sha1:aa", "", false)]
    public void They_are_when_their_checksums_are_equal_whatever_they_were_found_by(string one, string other, bool isSame)
    {
        Revisions.IsSame(one, other).Should().Be(isSame);
        Revisions.IsSame(other, one).Should().Be(isSame);
    }
}
