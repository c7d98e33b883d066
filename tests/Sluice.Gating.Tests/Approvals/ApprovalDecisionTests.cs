using System.Collections.Immutable;
using CsCheck;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;

namespace Sluice.Gating.Tests.Approvals;

/// <summary>What the votes about a candidate come to.</summary>
public sealed class ApprovalDecisionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly Candidate B = new("main@sha1:b", "sha256:bb", "sha256:01");
    private static readonly ApprovalRules TwoPeople = new() { Required = 2 };

    [Fact]
    public void A_candidate_passes_when_as_many_different_people_approve_as_are_required()
    {
        Decide(TwoPeople, For("alice")).Should().Be(ApprovalState.Pending);
        Decide(TwoPeople, For("alice"), For("bob")).Should().Be(ApprovalState.Approved);
    }

    [Fact]
    public void A_person_has_one_vote_however_often_they_cast_it() =>
        Decide(TwoPeople, For("alice"), For("alice") with { Name = "again" }, For("alice") with { Name = "once-more", Groups = ["sre"] }).Should().Be(ApprovalState.Pending);

    [Fact]
    public void One_vote_against_it_blocks_a_candidate_whatever_the_others_say() =>
        Decide(TwoPeople, For("alice"), For("bob"), Against("carol"), For("dave")).Should().Be(ApprovalState.Rejected);

    [Fact]
    public void Who_approves_and_rejects_rejects() => Decide(new(), Against("alice"), For("alice")).Should().Be(ApprovalState.Rejected);

    [Fact]
    public void A_rejection_says_who_and_why() => ApprovalDecision.Decide(TwoPeople, [Against("carol") with { Reason = "CVE-2026-1" }], B, null, Noon).Message
        .Should().Be("rejected by carol: CVE-2026-1");

    [Theory]
    [InlineData("main@sha1:c", "sha256:bb", "sha256:01")]
    [InlineData("main@sha1:b", "sha256:cc", "sha256:01")]
    [InlineData("main@sha1:b", "sha256:bb", "sha256:02")]
    public void A_vote_about_another_revision_digest_or_spec_counts_neither_for_nor_against(string revision, string digest, string spec)
    {
        var other = new Candidate(revision, digest, spec);
        Decide(new(), For("alice") with { Candidate = other }).Should().Be(ApprovalState.Pending);
        Decide(new(), Against("alice") with { Candidate = other }, For("bob")).Should().Be(ApprovalState.Approved);
    }

    [Fact]
    public void A_vote_ends_at_its_own_end_or_at_that_of_the_rules_whichever_is_earlier()
    {
        var rules = new ApprovalRules { ExpiresAfter = TimeSpan.FromHours(2) };
        var vote = For("alice") with { CastAt = Noon.AddHours(-1), ExpiresAt = Noon.AddMinutes(30) };
        Decide(rules, Noon.AddMinutes(29), vote).Should().Be(ApprovalState.Approved);
        Decide(rules, Noon.AddMinutes(30), vote).Should().Be(ApprovalState.Pending);
        Decide(rules, Noon.AddMinutes(59), vote with { ExpiresAt = null }).Should().Be(ApprovalState.Approved);
        Decide(rules, Noon.AddMinutes(60), vote with { ExpiresAt = null }).Should().Be(ApprovalState.Pending);
    }

    [Fact]
    public void A_rule_that_is_changed_after_the_vote_counts()
    {
        ImmutableArray<Vote> votes = [For("alice") with { Groups = ["sre"] }, For("bob") with { Groups = ["dev"] }];
        Decide(TwoPeople, [.. votes]).Should().Be(ApprovalState.Approved);
        Decide(TwoPeople with { Required = 3 }, [.. votes]).Should().Be(ApprovalState.Pending);
        Decide(TwoPeople with { From = [new(ApproverKind.Group, "sre")] }, [.. votes]).Should().Be(ApprovalState.Pending);
        Decide(TwoPeople with { From = [new(ApproverKind.Group, "sre"), new(ApproverKind.User, "bob")] }, [.. votes]).Should().Be(ApprovalState.Approved);
    }

    [Fact]
    public void A_vote_of_somebody_whose_votes_are_not_wanted_does_not_block_either()
    {
        var rules = new ApprovalRules { From = [new(ApproverKind.User, "alice")] };
        Decide(rules, For("alice"), Against("mallory")).Should().Be(ApprovalState.Approved);
    }

    [Fact]
    public void Who_wrote_the_commit_cannot_approve_it_and_can_reject_it()
    {
        var rules = new ApprovalRules { SeparateFromCommitAuthor = true };
        ApprovalDecision.Decide(rules, [For("alice")], B, ["alice", "ci"], Noon).State.Should().Be(ApprovalState.Pending);
        ApprovalDecision.Decide(rules, [For("alice"), For("bob")], B, ["alice", "ci"], Noon).State.Should().Be(ApprovalState.Approved);
        ApprovalDecision.Decide(rules, [Against("alice"), For("bob")], B, ["alice"], Noon).State.Should().Be(ApprovalState.Rejected);
    }

    [Fact]
    public void What_was_released_before_and_comes_back_passes_by_approvals_of_since_then_alone()
    {
        var (early, late) = (For("alice") with { CastAt = Noon.AddHours(-1) }, For("bob") with { CastAt = Noon.AddSeconds(1) });
        var now = Noon.AddHours(1);
        ApprovalDecision.Decide(new(), [early], B, null, now).State.Should().Be(ApprovalState.Approved);
        var floor = new ApprovalFloor(Noon, "this was released before and came back");
        var decision = ApprovalDecision.Decide(new(), [early], B, null, now, floor);
        decision.State.Should().Be(ApprovalState.Pending);
        decision.Message.Should().Be("0 of 1 approvals; that of alice does not count: this was released before and came back; approvals later than 2026-11-25T12:00:00Z count");
        ApprovalDecision.Decide(new(), [early with { CastAt = Noon }], B, null, now, floor).State.Should().Be(ApprovalState.Pending, "which came first within a second is not known");
        ApprovalDecision.Decide(new(), [early, late], B, null, now, floor).State.Should().Be(ApprovalState.Approved);
        ApprovalDecision.Decide(TwoPeople, [early, late], B, null, now, floor).State.Should().Be(ApprovalState.Pending);
        ApprovalDecision.Decide(new(), [Against("carol") with { CastAt = Noon.AddHours(-1) }, late], B, null, now, floor).State.Should().Be(ApprovalState.Rejected, "what was said against it stands");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_the_author_is_not_known_nothing_passes_a_rule_that_separates_them(bool isEmpty) =>
        ApprovalDecision.Decide(new() { SeparateFromCommitAuthor = true }, [For("alice")], B, isEmpty ? [] : null, Noon).State.Should().Be(ApprovalState.AuthorUnknown);

    [Fact]
    public void A_vote_with_a_fault_counts_under_no_rules() => Decide(new(), For("alice") with { Fault = "its signature is not valid" }).Should().Be(ApprovalState.Pending);

    [Fact]
    public void It_decides_as_somebody_would_who_goes_through_the_people_one_by_one() => Cases.Sample((rules, votes, authors, now) =>
        ApprovalDecision.Decide(rules, votes, B, authors, now).State.Should().Be(PersonByPerson(rules, votes, authors, now)));

    [Fact]
    public void The_order_of_the_votes_does_not_matter() => Cases.Sample((rules, votes, authors, now) =>
        ApprovalDecision.Decide(rules, [.. votes.Reverse()], B, authors, now).Should().BeEquivalentTo(
            ApprovalDecision.Decide(rules, votes, B, authors, now), options => options.WithStrictOrdering()));

    [Fact]
    public void It_stays_as_it_is_until_the_instant_that_it_names() => Gen.Select(Cases, Gen.Double[0, 1]).Sample((found, part) =>
    {
        var (rules, votes, authors, now) = found;
        var decision = ApprovalDecision.Decide(rules, votes, B, authors, now);
        var later = now + (((decision.Until ?? now.AddDays(30)) - now) * part);
        if (decision.Until is null || later < decision.Until)
        {
            ApprovalDecision.Decide(rules, votes, B, authors, later).State.Should().Be(decision.State);
        }
    });

    private static readonly Gen<string> People = OneOf("alice", "bob", "carol", "dave");

    private static readonly Gen<Vote> Votes = Gen.Select(
        Gen.Int[0, 999], People, OneOf<string[]>([], ["sre"], ["dev", "sre"], ["dev"]), Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))),
        Gen.Frequency((4, Gen.Const(B)), (1, Gen.Const(B with { Digest = "sha256:cc" }))), Gen.Select(Gen.Int[0, 10], Gen.Int[-2, 12]), Gen.Frequency((6, OneOf<string?>((string?)null)), (1, OneOf<string?>("bad"))),
        (name, person, groups, approves, about, hours, fault) => new Vote
        {
            Name = $"vote-{name}",
            Username = person,
            Groups = [.. groups],
            Approves = approves,
            Candidate = about,
            CastAt = Noon.AddHours(-hours.Item1),
            ExpiresAt = hours.Item2 < 0 ? null : Noon.AddHours(hours.Item2 - 5),
            Fault = fault,
        });

    private static readonly Gen<(ApprovalRules Rules, ImmutableArray<Vote> Votes, string[]? Authors, DateTimeOffset Now)> Cases = Gen.Select(
        Gen.Select(Gen.Int[1, 3], OneOf<Approver[]>([], [new(ApproverKind.Group, "sre")], [new(ApproverKind.User, "alice"), new(ApproverKind.Group, "dev")]), Gen.Bool, Gen.Int[0, 8],
            (required, from, separate, hours) => new ApprovalRules { Required = required, From = [.. from], SeparateFromCommitAuthor = separate, ExpiresAfter = hours == 0 ? null : TimeSpan.FromHours(hours) }),
        Votes.Array[0, 8], OneOf<string[]?>(null, [], ["alice"], ["bob", "dave"]), Gen.Int[0, 600],
        (rules, votes, authors, minutes) => (rules, votes.DistinctBy(vote => vote.Name).ToImmutableArray(), authors, Noon.AddMinutes(minutes)));

    /// <summary>The rules as the proposal words them, without a query: each person is asked in turn.</summary>
    private static ApprovalState PersonByPerson(ApprovalRules rules, ImmutableArray<Vote> votes, string[]? authors, DateTimeOffset now)
    {
        var (inFavour, against) = (0, 0);
        foreach (var person in new[] { "alice", "bob", "carol", "dave" })
        {
            var (says, objects) = (false, false);
            foreach (var vote in votes)
            {
                if (vote.Username != person || vote.Fault is not null || vote.Candidate.Digest != B.Digest)
                {
                    continue;
                }

                var wanted = rules.From.Length == 0;
                foreach (var approver in rules.From)
                {
                    wanted |= approver.Kind == ApproverKind.User && approver.Name == person || approver.Kind == ApproverKind.Group && vote.Groups.Any(group => group == approver.Name);
                }

                var over = vote.ExpiresAt is { } end && end <= now || rules.ExpiresAfter is { } span && vote.CastAt + span <= now;
                if (wanted && !over)
                {
                    says |= vote.Approves;
                    objects |= !vote.Approves;
                }
            }

            against += objects ? 1 : 0;
            inFavour += says && !(rules.SeparateFromCommitAuthor && authors is not null && Array.IndexOf(authors, person) >= 0) ? 1 : 0;
        }

        return against > 0 ? ApprovalState.Rejected
            : rules.SeparateFromCommitAuthor && (authors is null || authors.Length == 0) ? ApprovalState.AuthorUnknown
            : inFavour >= rules.Required ? ApprovalState.Approved
            : ApprovalState.Pending;
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static ApprovalState Decide(ApprovalRules rules, params ImmutableArray<Vote> votes) => Decide(rules, Noon, votes);

    private static ApprovalState Decide(ApprovalRules rules, DateTimeOffset now, params ImmutableArray<Vote> votes) => ApprovalDecision.Decide(rules, votes, B, null, now).State;

    private static Vote For(string person) => new() { Name = $"{person}-approves", Username = person, Approves = true, Candidate = B, CastAt = Noon };

    private static Vote Against(string person) => new() { Name = $"{person}-rejects", Username = person, Approves = false, Candidate = B, CastAt = Noon };
}
