using CsCheck;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Gating.Requests;

namespace Sluice.Gating.Tests.Releases;

/// <summary>What of a source is released, and what waits.</summary>
public sealed class ReleaseStateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly Candidate A = new("main@sha1:a", "sha256:aa", "sha256:01");
    private static readonly Candidate B = new("main@sha1:b", "sha256:bb", "sha256:01");
    private static readonly Candidate C = new("main@sha1:c", "sha256:cc", "sha256:01");
    private static readonly Candidate D = new("main@sha1:d", "sha256:dd", "sha256:01");

    [Fact]
    public void What_a_source_offers_waits() => ReleaseState.Empty.Observe(A, Noon).Waiting.Should().Be(new Waiting(A, Noon, null));

    [Fact]
    public void A_newer_candidate_supersedes_an_older_one_and_says_so() =>
        ReleaseState.Empty.Observe(A, Noon).Observe(B, Noon.AddMinutes(1)).Waiting.Should().Be(new Waiting(B, Noon.AddMinutes(1), A.Revision));

    [Theory]
    [InlineData("main@sha1:a", "sha256:ff", "sha256:01")]
    [InlineData("main@sha1:a", "sha256:aa", "sha256:02")]
    public void Another_digest_under_the_same_revision_or_another_spec_is_another_candidate(string revision, string digest, string spec)
    {
        var other = new Candidate(revision, digest, spec);
        Released(A).Observe(other, Noon).Waiting!.Candidate.Should().Be(other);
    }

    [Fact]
    public void What_is_released_does_not_wait() => Released(A).Observe(B, Noon).Observe(A, Noon).Waiting.Should().BeNull();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_released_and_waits_by_the_word_of_somebody_else_does_not_pass_again(bool isRollback)
    {
        var state = Released(A, B) with { Waiting = new(B, Noon, null, isRollback) };
        state.Observe(B, Noon).Waiting.Should().BeNull();
        state.Observe(null, Noon).Waiting.Should().BeNull();
        state.Observe(C, Noon).Waiting!.Candidate.Should().Be(C);
    }

    [Fact]
    public void A_source_that_offers_nothing_changes_nothing_and_releases_nothing()
    {
        var state = ReleaseState.Empty.Observe(A, Noon);
        state.Observe(null, Noon.AddHours(1)).Should().BeSameAs(state);
        state.CanRelease(null).Should().BeFalse();
        state.CanRelease(B).Should().BeFalse("it offers something else now");
        state.CanRelease(A).Should().BeTrue();
    }

    [Fact]
    public void A_rollback_waits_like_every_candidate_and_what_was_newest_does_not_come_back_by_itself()
    {
        var state = Released(A, B, C).Take(new("1", A.Revision, "alice"), C, Noon, out var refusal).Observe(C, Noon);
        refusal.Should().BeNull();
        state.Waiting!.Candidate.Should().Be(A);
        state.Released!.Candidate.Should().Be(C, "it waits at the gates");
        state = state.Release(Noon, "alice", "Rollback", "").Observe(C, Noon);
        state.Released!.Candidate.Should().Be(A);
        state.Waiting.Should().BeNull();
        state.Observe(D, Noon).Waiting.Should().NotBeNull("that is new");
    }

    [Fact]
    public void To_roll_forward_is_to_ask_for_what_was_set_aside()
    {
        var state = Released(A, B).Take(new("1", A.Digest, null), B, Noon, out _).Release(Noon, null, "Rollback", "").Observe(B, Noon);
        state = state.Take(new("2", B.Revision, null), B, Noon, out var refusal);
        refusal.Should().BeNull();
        state.Waiting!.Candidate.Should().Be(B);
    }

    [Fact]
    public void What_was_rolled_back_does_not_come_back_by_itself_when_another_candidate_came_in_between()
    {
        var rolledBack = Released(A, B, C).Take(new("1", A.Revision, null), C, Noon, out _).Release(Noon, null, Release.Rollback, "");
        var pushedAway = rolledBack.Observe(C, Noon).Observe(D, Noon).Observe(C, Noon.AddMinutes(1));
        pushedAway.Waiting.Should().BeNull();
        pushedAway.SetAside.Should().Be(C);

        var afterwards = rolledBack.Observe(D, Noon).Release(Noon, null, "GateOpened", "");
        afterwards.SetAside.Should().BeNull();
        afterwards = afterwards.Observe(B, Noon);
        afterwards.Waiting.Should().BeNull("it was left behind by the roll-back as well");
        afterwards.SetAside.Should().Be(B);
        afterwards.Take(new("2", B.Revision, null), B, Noon, out _).Waiting!.Candidate.Should().Be(B, "it was asked for");
    }

    [Fact]
    public void What_was_released_before_and_is_offered_again_waits_once_more_and_says_since_when()
    {
        var state = Released(A, B);
        state.ReturnedAt.Should().BeNull();
        state.Observe(C, Noon.AddHours(1)).ReturnedAt.Should().BeNull("that is new");
        var back = state.Observe(A, Noon.AddHours(2));
        back.Waiting!.Candidate.Should().Be(A);
        back.ReturnedAt.Should().Be(Noon.AddHours(2));
        back.Observe(B, Noon.AddHours(3)).Observe(A, Noon.AddHours(4)).ReturnedAt.Should().Be(Noon.AddHours(4), "it came back a second time");
        back.Take(new("1", A.Revision, null), A, Noon.AddHours(5), out _).ReturnedAt.Should().BeNull("a person asked to go back to it");
    }

    [Fact]
    public void A_rollback_is_given_up_by_asking_for_what_is_in_force_and_what_waited_then_waits_again()
    {
        var state = Released(A, B).Take(new("1", A.Revision, null), B, Noon, out _);
        state.Take(new("2", B.Revision, null), B, Noon, out _).Observe(B, Noon).Waiting.Should().BeNull();

        var waiting = Released(A, B).Observe(C, Noon).Take(new("1", A.Revision, null), C, Noon, out _).Observe(C, Noon);
        waiting.Take(new("2", B.Revision, null), C, Noon, out _).Observe(C, Noon).Waiting!.Candidate.Should().Be(C);
    }

    [Fact]
    public void What_was_set_aside_and_never_released_waits_again_when_it_is_asked_for()
    {
        var state = Released(A, B).Observe(C, Noon).Take(new("1", A.Revision, null), C, Noon, out _).Release(Noon, null, Release.Rollback, "").Observe(C, Noon);
        state.Waiting.Should().BeNull();
        state = state.Take(new("2", C.Revision, null), C, Noon.AddHours(1), out var refusal).Observe(C, Noon.AddHours(1));
        refusal.Should().BeNull();
        state.Waiting.Should().Be(new Waiting(C, Noon.AddHours(1), null), "it goes through the gates as every candidate does, and is no roll-back");
    }

    [Fact]
    public void A_rollback_that_is_given_up_leaves_aside_what_an_earlier_one_had_set_aside()
    {
        var state = Released(A, B).Observe(C, Noon).Take(new("1", A.Revision, null), C, Noon, out _).Release(Noon, null, Release.Rollback, "").Observe(C, Noon);
        state = state.Take(new("2", B.Revision, null), C, Noon, out _).Observe(C, Noon).Take(new("3", A.Revision, null), C, Noon, out _).Observe(C, Noon);
        state.Waiting.Should().BeNull("a person wants A to stay");
        state.SetAside.Should().Be(C);
    }

    [Fact]
    public void A_rollback_to_something_else_that_is_given_up_sets_aside_nothing_that_was_not_before()
    {
        var waiting = Released(A, B).Observe(C, Noon).Take(new("1", A.Revision, null), C, Noon, out _).Observe(C, Noon);
        var retargeted = Released(D, A, B).Observe(C, Noon).Take(new("1", A.Revision, null), C, Noon, out _).Observe(C, Noon).Take(new("2", D.Revision, null), C, Noon, out _).Observe(C, Noon);
        retargeted.Waiting!.Candidate.Should().Be(D);
        foreach (var state in new[] { waiting, retargeted })
        {
            var given = state.Take(new("3", B.Revision, null), C, Noon.AddHours(1), out _).Observe(C, Noon.AddHours(1));
            given.SetAside.Should().BeNull();
            given.Waiting!.Candidate.Should().Be(C, "it waited before the roll-back that nobody wants now");
        }
    }

    [Fact]
    public void A_new_candidate_that_comes_in_the_same_look_as_a_rollback_waits_when_that_is_given_up()
    {
        var state = Released(A, B).Take(new("1", A.Revision, null), C, Noon, out _).Observe(C, Noon);
        state.SetAside.Should().Be(C);
        state.Take(new("2", B.Revision, null), C, Noon, out _).Observe(C, Noon).Waiting!.Candidate.Should().Be(C);
    }

    [Fact]
    public void What_waited_is_set_aside_also_when_it_is_not_known_what_the_source_offers()
    {
        var state = Released(A, B).Observe(C, Noon).Take(new("1", A.Revision, null), null, Noon, out _).Release(Noon, null, Release.Rollback, "");
        state.SetAside.Should().Be(C);
        state.Observe(C, Noon).Waiting.Should().BeNull();
    }

    [Fact]
    public void What_waits_after_a_rollback_wants_approvals_from_later_than_that()
    {
        var state = Released(A, B).Take(new("1", A.Revision, null), B, Noon, out _).Release(Noon.AddHours(1), null, Release.Rollback, "");
        state.Observe(C, Noon.AddHours(2)).ApprovalFloor.Should().Be(new ApprovalFloor(Noon.AddHours(1), "there was a roll-back since"));
        state.Take(new("2", B.Revision, null), C, Noon.AddHours(2), out _).ApprovalFloor.Should().BeNull("a person asks to go back to what was approved once");
    }

    [Fact]
    public void Who_asked_for_a_rollback_first_is_kept()
    {
        var state = Released(A, B).Take(new("1", A.Revision, "olga"), B, Noon, out _);
        state = state.Take(new("2", A.Revision, "bob"), B, Noon.AddHours(1), out _);
        (state.Waiting!.RequestedBy, state.Waiting.Since).Should().Be(("olga", Noon));
        state.Take(new("3", B.Revision, "carol"), B, Noon, out _).Waiting.Should().BeNull();
    }

    [Fact]
    public void Of_two_with_one_revision_and_digest_the_digest_of_the_spec_tells_which_is_asked_for()
    {
        var otherSpec = B with { SpecDigest = "sha256:02" };
        var state = Released(A, B).Observe(otherSpec, Noon).Take(new("1", A.Revision, null), otherSpec, Noon, out _).Release(Noon, null, Release.Rollback, "").Observe(otherSpec, Noon);
        state.Take(new("2", B.Revision, null), otherSpec, Noon, out _).Waiting!.Candidate.Should().Be(B, "what was released goes first");
        state.Take(new("2", otherSpec.ExactName, null), otherSpec, Noon, out _).Observe(otherSpec, Noon).Waiting.Should().Be(new Waiting(otherSpec, Noon, null));
        Released(A, B, otherSpec).Take(new("1", B.ExactName, null), null, Noon, out _).Waiting!.Candidate.Should().Be(B, "not what is in force and has the same revision");
    }

    [Fact]
    public void What_was_set_aside_stays_so_when_it_is_rolled_back_again_while_the_source_offers_nothing()
    {
        var state = Released(A, B).Observe(C, Noon).Take(new("1", A.Revision, null), C, Noon, out _).Release(Noon, null, Release.Rollback, "");
        state = state.Take(new("2", B.Revision, null), null, Noon, out _).Release(Noon, null, Release.Rollback, "");
        state.Observe(C, Noon).Waiting.Should().BeNull();
    }

    [Fact]
    public void To_ask_for_what_is_set_aside_gives_a_rollback_that_waits_up()
    {
        var state = Released(A, B).Observe(C, Noon).Take(new("1", A.Revision, null), C, Noon, out _).Take(new("2", C.Revision, null), C, Noon, out _).Observe(C, Noon);
        state.Waiting.Should().Be(new Waiting(C, Noon, null));
        state.Released!.Candidate.Should().Be(B);
    }

    [Fact]
    public void An_opening_for_one_revision_is_spent_when_that_was_released_or_became_something_else()
    {
        var request = Opening(C.Revision, Noon);
        var state = Released(A, B).Observe(C, Noon.AddHours(1));
        state.IsSpent(request, []).Should().BeFalse("it was asked for in advance");
        state.IsSpent(Opening(B.Revision, Noon), []).Should().BeFalse("it is about another, which decides that");
        state = state.Release(Noon.AddHours(2), null, "GateOpened", "");

        var otherSpec = C with { SpecDigest = "sha256:02" };
        state.Observe(otherSpec, Noon.AddHours(3)).IsSpent(request, []).Should().BeTrue("it has let one pass");
        state.Observe(otherSpec, Noon.AddHours(3)).IsSpent(Opening(C.Revision, Noon.AddHours(4)), [C]).Should().BeFalse("it was asked for anew");
        state.Observe(A, Noon.AddHours(3)).Release(Noon.AddHours(4), null, "GateOpened", "").Observe(C, Noon.AddHours(5)).IsSpent(request, []).Should().BeTrue("it came back");

        // One artifact waited, was withdrawn, and another comes under its name.
        var waiting = Released(A).Observe(C, Noon).Observe(A, Noon.AddMinutes(90)).Observe(otherSpec, Noon.AddHours(2));
        waiting.IsSpent(Opening(C.Revision, Noon.AddHours(1)), [C]).Should().BeTrue("another waited when it was asked for");
        waiting.IsSpent(Opening(C.Digest, Noon.AddHours(1)), [C]).Should().BeTrue();
        waiting.IsSpent(Opening(C.Revision, Noon.AddHours(2)), [C]).Should().BeTrue("which came first within a second is not known");
        waiting.IsSpent(Opening(C.Revision, Noon.AddHours(3)), [C]).Should().BeFalse();
        waiting.IsSpent(Opening(C.Revision, Noon.AddHours(1)), [A, B]).Should().BeFalse("no other of that name was seen");
        Released(A).Observe(C, Noon).Observe(otherSpec, Noon.AddHours(2)).IsSpent(Opening(C.Revision, Noon.AddHours(1)), []).Should().BeTrue("it says itself what it supersedes");

        var back = Released(C, A).Take(new("1", C.Revision, null), A, Noon.AddHours(1), out _);
        back.IsSpent(Opening(C.Revision, Noon), [C]).Should().BeFalse("a person asks for it");
    }

    [Fact]
    public void What_may_have_been_released_before_the_releases_that_are_kept_wants_approvals_and_openings_from_later_than_those()
    {
        static Candidate Other(int i) => new($"main@sha1:{i}", $"sha256:{i}", "sha256:01");
        var request = Opening(C.Revision, Noon.AddMinutes(-1));
        var state = ReleaseState.Empty.Observe(C, Noon).Release(Noon, null, "GateOpened", "");
        for (var i = 1; i < ReleaseState.HistoryLength; i++)
        {
            state = state.Observe(Other(i), Noon.AddHours(i)).Release(Noon.AddHours(i), null, "GateOpened", "");
        }

        var known = state.Observe(C, Noon.AddDays(1));
        known.ApprovalFloor!.At.Should().Be(Noon.AddDays(1), "it is known to have been released");
        state = state.Observe(Other(100), Noon.AddDays(1)).Release(Noon.AddDays(1), null, "GateOpened", "");
        var forgotten = state.Observe(C, Noon.AddDays(2));
        forgotten.ReturnedAt.Should().BeNull();
        forgotten.ApprovalFloor.Should().Be(new ApprovalFloor(Noon.AddHours(1), "this may have been released before the last 20 releases"));
        forgotten.IsSpent(request, []).Should().BeTrue("it has let C pass, and nobody knows any more");
        forgotten.IsSpent(Opening(C.Revision, Noon.AddHours(2)), []).Should().BeFalse();
        forgotten.IsSpent(Opening(C.Revision, Noon.AddHours(2)), [], seenSince: Noon.AddHours(3)).Should().BeTrue("what waited before that is not known any more");
        forgotten.IsSpent(Opening(C.Revision, Noon.AddDays(3)), [], seenSince: Noon.AddDays(4)).Should().BeFalse("it was asked for while C waited");
        state.Take(new("1", Other(1).Revision, null), null, Noon.AddDays(3), out _).ApprovalFloor.Should().BeNull("it was approved when it was released");
        Released(A).Observe(C, Noon).ApprovalFloor.Should().BeNull("all releases are known");
    }

    [Fact]
    public void A_rollback_that_is_asked_for_again_goes_on_waiting_since_then()
    {
        var state = Released(A, B).Take(new("1", A.Revision, null), B, Noon, out _);
        state.Take(new("2", A.Revision, null), B, Noon.AddHours(1), out _).Waiting.Should().Be(state.Waiting);
    }

    [Fact]
    public void A_rollback_goes_through_while_the_source_is_gone() =>
        Released(A, B).Take(new("1", A.Revision, null), null, Noon, out _).CanRelease(null).Should().BeTrue();

    [Fact]
    public void A_rollback_is_taken_once()
    {
        var state = Released(A, B).Take(new("1", A.Revision, null), B, Noon, out _).Release(Noon, null, "Rollback", "");
        state.Take(new("1", B.Revision, null), B, Noon, out _).Should().BeSameAs(state);
    }

    [Theory]
    [InlineData("main@sha1:z")]
    [InlineData("main@sha1")]
    [InlineData("sha256:a")]
    public void What_was_never_released_cannot_be_rolled_back_to_and_a_prefix_is_not_enough(string to)
    {
        var state = Released(A, B).Take(new("1", to, null), B, Noon, out var refusal);
        refusal.Should().Contain($"'{to}' is not among the last 2 releases");
        state.Waiting.Should().BeNull();
        state.HandledRollback.Should().Be("1");
    }

    [Fact]
    public void Whatever_happens_only_what_waited_is_released_and_what_was_set_aside_waits_only_when_asked_for() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5]).Array[1, 40].Sample(steps =>
        {
            Candidate?[] all = [null, A, B, C, A with { Digest = "sha256:ee", SpecDigest = "sha256:02" }, A with { SpecDigest = "sha256:02" }];
            var (state, offered, token) = (ReleaseState.Empty, (Candidate?)null, 0);
            // Told apart from the code: everything that was released, in order, and what a roll-back has left behind.
            var (released, leftBehind) = (new List<Candidate>(), new HashSet<Candidate>());
            Candidate? asideBefore = null;
            var now = Noon;
            foreach (var (what, which) in steps)
            {
                now = now.AddMinutes(1);
                var before = state;
                switch (what)
                {
                    case 0 or 1:
                        offered = all[which];
                        break;
                    case 2 or 3:
                        asideBefore = before.Waiting?.IsRollback == true ? asideBefore : before.SetAside;
                        state = state.Take(new($"{++token}", (what == 2 ? all[which]?.Revision : all[which]?.ExactName) ?? "none", null), offered, now, out _);
                        if (before.Waiting?.IsRollback == true && state.Waiting is null)
                        {
                            (state.SetAside == asideBefore || state.SetAside is null && all[which]!.Revision == asideBefore?.Revision).Should().BeTrue("it is as if nobody had asked, but for what is asked for now");
                        }

                        (state.Waiting is null || state.Waiting == before.Waiting || before.History.Any(release => release.Candidate == state.Waiting.Candidate)).Should().BeTrue();
                        break;
                    default:
                        if (state.CanRelease(offered))
                        {
                            var waited = before.Waiting!;
                            state = state.Release(now, null, waited.IsRollback ? Release.Rollback : "GateOpened", "");
                            state.Released!.Candidate.Should().Be(waited.Candidate);
                            if (waited.IsRollback)
                            {
                                leftBehind.UnionWith(released.Skip(released.LastIndexOf(waited.Candidate) + 1));
                            }

                            leftBehind.Remove(waited.Candidate);
                            released.Add(waited.Candidate);
                            state.History.Length.Should().Be(Math.Min(before.History.Length + 1, ReleaseState.HistoryLength));
                        }

                        break;
                }

                var looked = state.Observe(offered, now);
                looked.Observe(offered, now.AddHours(1)).Should().BeEquivalentTo(looked, "to look again changes nothing");
                looked.History.Should().Equal(state.History);
                if (looked.Waiting is { IsRollback: false } waiting)
                {
                    waiting.Candidate.Should().NotBe(looked.SetAside).And.NotBe(looked.Released?.Candidate);
                    // The history has no more of them.
                    if (released.Count <= ReleaseState.HistoryLength)
                    {
                        leftBehind.Should().NotContain(waiting.Candidate, "what was rolled back waits only when it is asked for");
                        looked.ReturnedAt.HasValue.Should().Be(released.Contains(waiting.Candidate));
                    }
                }

                state = looked;
            }
        });

    private static GateRequest Opening(string revision, DateTimeOffset at) => new() { Target = GateState.Opened, Stamp = at, RequestedAt = at, ResetAt = null, Revision = revision };

    private static ReleaseState Released(params Candidate[] candidates) =>
        candidates.Aggregate(ReleaseState.Empty, (state, candidate) => state.Observe(candidate, Noon).Release(Noon, null, "GateOpened", ""));
}
