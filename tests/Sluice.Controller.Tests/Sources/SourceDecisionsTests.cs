using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api.Audit;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;
using Sluice.Controller.Sources;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;

namespace Sluice.Controller.Tests.Sources;

/// <summary>Random offers, votes against, gates and roll-backs, with a controller that is killed before any write. No cluster: a look is a pure function.</summary>
public sealed class SourceDecisionsTests
{
    private const int Steps = 400;

    // So often there is a new one, since what was rolled back is none again.
    private const int StepsToTheNext = 25;

    private static readonly Candidate[] Candidates = [.. Enumerable.Range(10, (Steps / StepsToTheNext) + 3).Select(number => new Candidate($"main@sha1:{number}", $"sha256:{number}", "sha256:f0"))];

    private readonly HashSet<(Candidate About, string User)> _against = [];
    private readonly List<AuditRecord> _told = [];
    private Candidate? _offered;
    private bool _isOpened;
    private int _requests;
    private string? _to;
    private JsonNode? _status;
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_is_decided_is_told_once_whenever_the_controller_is_killed_and_tells_all_that_happened(int seed)
    {
        var random = new Random(seed);
        (Candidate? Waiting, Candidate? Released, HashSet<string> Against) story = (null, null, []);
        for (var step = 0; step < Steps; step++)
        {
            _now = _now.AddSeconds(1);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                Change(random);
            }

            // A roll-back that is released makes way for what the source has offered meanwhile; after that it is settled.
            for (var looks = 0; looks == 0 || LookAndWrite(); looks++)
            {
                looks.Should().BeLessThan(4);
            }
        }

        _told.Select(decision => decision.Decision).Distinct().Should().BeEquivalentTo(
            "CandidateWaiting", "CandidateWithdrawn", "Rejected", "RejectionRevoked", "Released", "RollbackRequested", "RolledBack", "RollbackRefused");

        bool LookAndWrite()
        {
            // Killed before the write, it decides the same again.
            var (look, again) = (Look(), Look());
            look.Decisions.Select(Bytes).Should().Equal(again.Decisions.Select(Bytes));
            foreach (var decision in look.Decisions)
            {
                story = Tell(story, decision);
            }

            _told.AddRange(look.Decisions);
            _status = JsonSerializer.SerializeToNode(look.Status, ApiJson.Default.GatedSourceStatus);
            look.State.Waiting?.Candidate.Should().Be(story.Waiting, $"seed {seed} at {_now} tells {string.Join(", ", look.Decisions.Select(one => one.Decision))}");
            (look.State.Waiting is null).Should().Be(story.Waiting is null);
            look.State.Released?.Candidate.Should().Be(story.Released);
            (look.Status.Candidate?.Approvals ?? []).Select(vote => vote.Approver).Order().Should().Equal(story.Against.Order());
            // The last 20, of which votes make room first.
            List<SourceDecision> kept = [.. look.Status.Decisions ?? []], told = [.. _told.AsEnumerable().Reverse().Select(SourceDecision.Of)];
            kept.Should().HaveCount(Math.Min(20, told.Count));
            told.Select(Json).Should().ContainInOrder(kept.Select(Json));
            foreach (var isVote in new[] { true, false })
            {
                var wanted = told.Where(entry => IsVote(entry) == isVote).Take(kept.Count(entry => IsVote(entry) == isVote));
                kept.Where(entry => IsVote(entry) == isVote).Select(Json).Should().Equal(wanted.Select(Json));
            }

            return !look.Decisions.IsEmpty;
        }
    }

    [Theory]
    [InlineData("Rejected")]
    [InlineData("RejectionRevoked")]
    [InlineData("ApprovalGiven")]
    [InlineData("ApprovalRevoked")]
    public void A_decision_more_than_are_kept_takes_the_place_of_the_oldest_vote_of_whatever_kind_and_of_nothing_else(string oldestVote)
    {
        // The newest first: the four kinds, the wanted one as the oldest of them, and what is older than that and no vote.
        string[] votes = ["Rejected", "RejectionRevoked", "ApprovalGiven", "ApprovalRevoked"];
        var order = votes.Where(vote => vote != oldestVote).Append(oldestVote).ToList();
        SourceDecision[] before = [.. Enumerable.Range(0, 20).Select(at => new SourceDecision
        {
            At = _now.AddHours(-at),
            Decision = at % 4 == 2 && at / 4 < order.Count ? order[at / 4] : at % 2 == 0 ? "Released" : "CandidateWaiting",
            Revision = $"main@sha1:{at}",
        })];
        before[14].Decision.Should().Be(oldestVote);
        var kept = SourceDecisions.Keep(before, [new AuditRecord { At = _now.AddHours(1), Decision = "Released", Revision = "main@sha1:new" }])!;
        kept.Select(decision => decision.Revision).Should().Equal(before.Where((_, at) => at != 14).Select(decision => decision.Revision).Prepend("main@sha1:new"));
    }

    [Fact]
    public void Where_no_vote_is_kept_the_oldest_decision_makes_room()
    {
        SourceDecision[] before = [.. Enumerable.Range(0, 20).Select(at => new SourceDecision { At = _now.AddHours(-at), Decision = "Released", Revision = $"main@sha1:{at}" })];
        var kept = SourceDecisions.Keep(before, [new AuditRecord { At = _now.AddHours(1), Decision = "ApprovalGiven", Revision = "main@sha1:new" }])!;
        kept.Select(decision => decision.Revision).Should().Equal(before.Take(19).Select(decision => decision.Revision).Prepend("main@sha1:new"));
    }

    private static bool IsVote(SourceDecision decision) => decision.Decision is "Rejected" or "RejectionRevoked" or "ApprovalGiven" or "ApprovalRevoked";

    private static string Json(SourceDecision decision) => JsonSerializer.Serialize(decision, ApiJson.Default.SourceDecision);

    [Fact]
    public void A_refused_roll_back_does_not_hide_the_candidate_that_arrives_meanwhile()
    {
        (_offered, _to, _requests) = (Candidates[0], "nothing", 1);
        Look().Decisions.Select(decision => decision.Decision).Should().Equal("RollbackRefused", "CandidateWaiting");
    }

    [Fact]
    public void What_somebody_asks_for_may_be_any_text_and_what_is_kept_of_it_is_short()
    {
        (_to, _requests) = (string.Concat(Enumerable.Repeat("\U0001F600", 100_000)), 1);
        var entry = Look().Status.Decisions!.Single();
        entry.Revision!.Length.Should().BeLessThanOrEqualTo(SourceDecision.MaxText);
        JsonSerializer.Serialize(entry, ApiJson.Default.SourceDecision).Length.Should().BeLessThan(20_000);
    }

    private static (Candidate? Waiting, Candidate? Released, HashSet<string> Against) Tell((Candidate? Waiting, Candidate? Released, HashSet<string> Against) story, AuditRecord decision)
    {
        var about = Candidates.FirstOrDefault(candidate => candidate.Revision == decision.Revision);
        switch (decision.Decision)
        {
            case "CandidateWaiting" or "RollbackRequested":
                return (about, story.Released, about == story.Waiting ? story.Against : []);
            case "CandidateWithdrawn":
                about.Should().Be(story.Waiting);
                return (null, story.Released, []);
            case "Rejected":
                decision.By!.Split(", ").Should().NotIntersectWith(story.Against, "a rejection is told once");
                return story with { Against = [.. story.Against, .. decision.By!.Split(", ")] };
            case "RejectionRevoked":
                var left = story.Against.Where(user => !decision.Message!.Contains($"{user} at gate", StringComparison.Ordinal)).ToHashSet();
                left.Should().HaveCountLessThan(story.Against.Count, "what is taken back is told once");
                return story with { Against = left };
            case "Released" or "RolledBack":
                return (null, about, []);
            default:
                return story;
        }
    }

    private void Change(Random random)
    {
        switch (random.Next(10))
        {
            case <= 2:
                _offered = random.Next(8) == 0 ? null : Some(random);
                break;
            case <= 4:
                _isOpened = !_isOpened;
                break;
            case <= 7:
                var vote = (Some(random), random.Next(2) == 0 ? "bob" : "carol");
                if (!_against.Remove(vote))
                {
                    _against.Add(vote);
                }

                break;
            default:
                (_to, _requests) = (random.Next(4) == 0 ? "main@sha1:zz" : Some(random).Revision, _requests + 1);
                break;
        }
    }

    private Candidate Some(Random random) => Candidates[((int)(_now - DateTimeOffset.UnixEpoch).TotalSeconds / StepsToTheNext) + random.Next(3)];

    private GatedSourceLook Look() => GatedSourceLook.At(
        Observed(), new() { Exists = true, Shown = _offered, IsCurrent = true, Spec = "{}" }, SeenTarget.Missing, null, _ => [], state => Ask(state.Waiting!.Candidate), _now);

    private ObservedGatedSource Observed()
    {
        var source = JsonNode.Parse("""
            {"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "GatedSource", "metadata": {"name": "app", "namespace": "apps", "uid": "1", "generation": 1},
             "spec": {"sourceRef": {"kind": "GitRepository", "name": "app"}, "target": {"name": "app-gated"}, "gates": [{"name": "release"}]}}
            """)!;
        if (_to is not null)
        {
            source["metadata"]!["annotations"] = new JsonObject { [GatedSourceAnnotations.RollbackTo] = _to, [GatedSourceAnnotations.RollbackRequestedAt] = $"{_requests}", [GatedSourceAnnotations.RollbackRequestedBy] = "olga" };
        }

        source["status"] = _status?.DeepClone();
        return ObservedGatedSource.Read(Encoding.UTF8.GetBytes(source.ToJsonString()), trustRequestedBy: true);
    }

    private CandidateLook Ask(Candidate candidate)
    {
        var against = _against.Where(vote => vote.About == candidate).Select(vote => vote.User).Order().ToList();
        var kind = !_isOpened ? VerdictKind.GateClosed : against.Count > 0 ? VerdictKind.Rejected : VerdictKind.Opened;
        return new(
            HoldDecision.Of([new(Require.All, [new("apps/release", kind, "rejected")])], $"Candidate {candidate.Revision}"),
            [new() { Name = "release", Namespace = "apps", State = kind == VerdictKind.Opened ? "opened" : "closed", Reason = kind.ToString() }],
            [.. against.Select(user => new CandidateApproval { Name = user, Gate = "apps/release", Approver = user, Decision = "reject", At = DateTimeOffset.UnixEpoch })], null, null)
        {
            Rejections = [.. against],
        };
    }

    private static string Bytes(AuditRecord decision) => Encoding.ASCII.GetString(AuditLine.Write(decision, 1, AuditChain.Genesis));
}
