using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Cli.Releasing;

namespace Sluice.Cli.Tests.Releasing;

public sealed class RollbackTargetTests
{
    private static readonly string A = $"main@sha1:{new string('a', 40)}", B = $"main@sha1:{new string('a', 8)}{new string('b', 32)}";
    private static readonly GatedSource Source = new() { Metadata = new ObjectMeta { Name = "app", Namespace = "apps" } };

    [Fact]
    public void A_release_is_named_by_revision_digest_or_abbreviation_and_always_written_in_full()
    {
        IReadOnlyList<ReleaseRecord> history = [Record("main@sha1:" + new string('c', 40), "1"), Record(A, "2")];
        foreach (var text in new[] { A, Digest("2"), "aaaaaaa", "main@sha1:aaaaaaaa", "sha256:2222222" })
            RollbackTarget.Find(Source, history, text).Name.Should().Be(A, "'{0}' was asked for", text);
    }

    [Fact]
    public void What_could_be_several_is_refused_with_their_digests()
    {
        var error = FluentActions.Invoking(() => RollbackTarget.Find(Source, [Record(A, "1"), Record(B, "2")], "aaaaaaaa")).Should().Throw<CommandException>().Which.Message;
        error.Should().StartWith("'aaaaaaaa' could be each of 2 releases of GatedSource apps/app: name one by its digest").And.Contain(Digest("1")).And.Contain(Digest("2"));
        RollbackTarget.Find(Source, [Record(A, "1"), Record(B, "2")], "aaaaaaaab").Name.Should().Be(B);
    }

    [Fact]
    public void Of_two_with_one_revision_the_older_is_written_by_its_digest()
    {
        RollbackTarget.Find(Source, [Record(A, "1"), Record(A, "2")], Digest("2")).Name.Should().Be(Digest("2"));
        RollbackTarget.Find(Source, [Record(A, "1"), Record(A, "2")], Digest("1")).Name.Should().Be(A);
        FluentActions.Invoking(() => RollbackTarget.Find(Source, [Record(A, "1"), Record(A, "2")], A)).Should().Throw<CommandException>();
    }

    [Fact]
    public void One_that_a_later_release_hides_is_refused_rather_than_mistaken() =>
        FluentActions.Invoking(() => RollbackTarget.Find(Source, [Record(B, "1"), Record(A, "2", "x"), Record(A, "2", "y")], Digest("2"))).Should().Throw<CommandException>();

    [Fact]
    public void What_was_never_released_is_refused() =>
        FluentActions.Invoking(() => RollbackTarget.Find(Source, [Record(A, "1")], "ccccccc")).Should().Throw<CommandException>()
            .WithMessage("'ccccccc' is not among the last 1 releases of GatedSource apps/app: expected a revision or a digest of them*");

    [Fact]
    public void What_was_set_aside_is_found_unless_a_release_is_called_the_same()
    {
        var source = Source with { Status = new() { SetAside = new() { Revision = B, Digest = Digest("2"), SpecDigest = "s" }, History = [Record(A, "1")] } };
        foreach (var text in new[] { B, Digest("2"), "aaaaaaaab" })
            RollbackTarget.FindSetAside(source, text)!.Revision.Should().Be(B);
        RollbackTarget.FindSetAside(source, "aaaaaaaa").Should().BeNull("that is a release, too");
        RollbackTarget.FindSetAside(source, "ccccccc").Should().BeNull();
        RollbackTarget.NameOf(source, source.Status!.SetAside!).Should().Be(B);

        var republished = new CandidateKey { Revision = A, Digest = Digest("2"), SpecDigest = "s" };
        RollbackTarget.NameOf(source, republished).Should().Be(Digest("2"), "the revision is that of a release");
        FluentActions.Invoking(() => RollbackTarget.NameOf(source, republished with { Digest = Digest("1"), SpecDigest = "other" })).Should().Throw<CommandException>();
    }

    private static ReleaseRecord Record(string revision, string digest, string spec = "s") => new() { Revision = revision, Digest = Digest(digest), SpecDigest = spec, At = Moment.Now, Reason = "GateOpened" };

    private static string Digest(string digit) => $"sha256:{string.Concat(Enumerable.Repeat(digit, 64))}";
}
