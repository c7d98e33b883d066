using System.Collections.Immutable;
using Sluice.Api.Gates;
using Sluice.Api.Sources;
using Sluice.Cli.Approving;
using Sluice.Cli.Cluster;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;

namespace Sluice.Cli.Tests.Approving;

public sealed class ApprovalBodyTests
{
    private static readonly ApprovalRules OfSre = new() { From = [new Approver(ApproverKind.Group, "sre")] };

    [Fact]
    public void An_approval_names_exactly_what_it_is_about_and_of_the_groups_only_those_that_count()
    {
        var spec = ApprovalBody.Make(Source("app"), Ballot(OfSre), approves: true, "CHG-7", Moment.At("2026-03-27T10:00:00Z")).Spec;
        (spec.Gate.Uid, spec.Target.Uid, spec.Revision, spec.Digest, spec.SpecDigest, spec.Decision).Should().Be(("gate-uid", "source-uid", "main@sha1:aa", "sha256:01", "sha256:02", "approve"));
        spec.Approver.Groups.Should().Equal("sre");
        spec.ExpiresAt.Should().Be("2026-03-27T10:00:00Z");
        ApprovalBody.Make(Source("app"), Ballot(new()), approves: true, null, null).Spec.Approver.Groups.Should().BeNull("the gate names none");
    }

    [Fact]
    public void The_same_words_have_the_same_name_and_others_another()
    {
        string Name(GateBallot ballot, bool approves = true, string? reason = null) => ApprovalBody.Make(Source("app"), ballot, approves, reason, null).Metadata.Name;
        var name = Name(Ballot(OfSre));
        Name(Ballot(OfSre), reason: "said better").Should().Be(name);
        string[] others =
        [
            Name(Ballot(OfSre), approves: false), Name(Ballot(OfSre, user: "bob")), Name(Ballot(OfSre) with { Candidate = new("main@sha1:aa", "sha256:01", "sha256:03") }),
            Name(Ballot(OfSre) with { Candidate = new("main@sha1:aa", "sha256:03", "sha256:02") }), Name(Ballot(OfSre, gate: "another-uid")),
        ];
        others.Append(name).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_name_is_one_that_Kubernetes_takes_however_long_the_gated_source_is_called()
    {
        var name = ApprovalBody.Make(Source($"{new string('a', 199)}.{new string('b', 53)}"), Ballot(OfSre), approves: true, null, null).Metadata.Name;
        name.Length.Should().BeLessThanOrEqualTo(253);
        name.Should().MatchRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$");
    }

    private static GatedSource Source(string name) => new() { Metadata = new() { Name = name, Namespace = "apps", Uid = "source-uid" } };

    private static GateBallot Ballot(ApprovalRules rules, string user = "alice", string gate = "gate-uid") => new()
    {
        Reference = new("apps", "prod"),
        Candidate = new Candidate("main@sha1:aa", "sha256:01", "sha256:02"),
        Self = new Identity(user, ImmutableArray.Create("dev", "sre")),
        Now = Moment.Now,
        Gate = new Gate { Metadata = new() { Name = "prod", Namespace = "apps", Uid = gate } },
        Rules = rules,
    };
}
