using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Cli.Releasing;

namespace Sluice.Cli.Tests.Releasing;

public sealed class RollbackTargetTests
{
    private static readonly string A = $"main@sha1:{new string('a', 40)}", B = $"main@sha1:{new string('a', 8)}{new string('b', 32)}";

    [Fact]
    public void A_release_is_named_by_revision_digest_or_abbreviation_and_always_written_in_full()
    {
        var source = Source([Record("main@sha1:" + new string('c', 40), "1"), Record(A, "2")]);
        foreach (var text in new[] { A, Digest("2"), $"{Digest("2")}@s", "aaaaaaa", "main@sha1:aaaaaaaa", "sha256:2222222" })
            RollbackTarget.Find(source, text).Name.Should().Be(A, "'{0}' was asked for", text);
    }

    [Fact]
    public void What_could_be_several_is_refused_with_what_names_each_alone()
    {
        var source = Source([Record(A, "1"), Record(B, "2")]);
        Refused(source, "aaaaaaaa").Should().Be(
            $"""
            'aaaaaaaa' could be each of 2 of GatedSource apps/app: name one in full
            {A}  {A}, released at 2026-03-26T10:17:00Z
            {B}  {B}, released at 2026-03-26T10:17:00Z
            """);
        RollbackTarget.Find(source, "aaaaaaaab").Name.Should().Be(B);
    }

    [Fact]
    public void Of_two_with_one_revision_each_is_named_by_its_digest()
    {
        var source = Source([Record(A, "1"), Record(A, "2")]);
        RollbackTarget.Find(source, Digest("2")).Name.Should().Be(Digest("2"));
        RollbackTarget.Find(source, Digest("1")).Name.Should().Be(Digest("1"));
        Refused(source, A).Should().Contain($"\n{Digest("1")}  {A}, released").And.Contain($"\n{Digest("2")}  {A}, released");
    }

    [Fact]
    public void Of_two_with_one_revision_and_digest_each_is_named_by_the_digest_of_its_spec_as_well()
    {
        var source = Source([Record(B, "1"), Record(A, "2", "x"), Record(A, "2", "y")]);
        Refused(source, Digest("2")).Should().Contain($"\n{Digest("2")}@x  {A}, released").And.Contain($"\n{Digest("2")}@y  {A}, released");
        RollbackTarget.Find(source, $"{Digest("2")}@y").Should().Be(new RollbackTarget(new(A, Digest("2"), "y"), $"{Digest("2")}@y", Moment.Now));
    }

    [Fact]
    public void What_was_never_released_is_refused() =>
        Refused(Source([Record(A, "1")]), "ccccccc").Should().StartWith("'ccccccc' is not among the last 1 releases of GatedSource apps/app: expected a revision or a digest of them");

    [Fact]
    public void What_was_set_aside_is_found_as_a_release_is_and_told_apart_from_them()
    {
        var source = Source([Record(A, "1")], new() { Revision = B, Digest = Digest("2"), SpecDigest = "s" });
        foreach (var text in new[] { B, Digest("2"), "aaaaaaaab" })
            RollbackTarget.Find(source, text).Should().Be(new RollbackTarget(new(B, Digest("2"), "s"), B, null));
        Refused(source, "aaaaaaaa").Should().Contain($"\n{B}  {B}, set aside, and never released");

        var anotherSpec = Source([Record(A, "1")], new() { Revision = A, Digest = Digest("1"), SpecDigest = "other" });
        Refused(anotherSpec, A).Should().Contain($"\n{Digest("1")}@s  {A}, released").And.Contain($"\n{Digest("1")}@other  {A}, set aside");
        RollbackTarget.Find(anotherSpec, $"{Digest("1")}@other").ReleasedAt.Should().BeNull();
        RollbackTarget.Find(anotherSpec, $"{Digest("1")}@s").ReleasedAt.Should().Be(Moment.Now);
    }

    [Fact]
    public void What_was_set_aside_and_had_been_released_is_a_release() =>
        RollbackTarget.Find(Source([Record(A, "1"), Record(B, "2")], new() { Revision = B, Digest = Digest("2"), SpecDigest = "s" }), B).ReleasedAt.Should().Be(Moment.Now);

    private static string Refused(GatedSource source, string text) =>
        FluentActions.Invoking(() => RollbackTarget.Find(source, text)).Should().Throw<CommandException>().Which.Message;

    private static GatedSource Source(IReadOnlyList<ReleaseRecord> history, CandidateKey? aside = null) =>
        new() { Metadata = new ObjectMeta { Name = "app", Namespace = "apps" }, Status = new() { History = history, SetAside = aside } };

    private static ReleaseRecord Record(string revision, string digest, string spec = "s") => new() { Revision = revision, Digest = Digest(digest), SpecDigest = spec, At = Moment.Now, Reason = "GateOpened" };

    private static string Digest(string digit) => $"sha256:{string.Concat(Enumerable.Repeat(digit, 64))}";
}
