using CsCheck;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;
using Sluice.Gating.Signatures;
using Sluice.Gating.Tests.Signatures;

namespace Sluice.Gating.Tests.Approvals;

/// <summary>What votes come to at a gate with keys.</summary>
public sealed class SignedApprovalDecisionTests
{
    private static readonly DateTimeOffset Noon = Said.Noon;
    private static readonly Candidate B = Said.Claim.Candidate;
    private static readonly TrustedKeys Keys = new([Signer.P256.Key()]);
    private static readonly ApprovalRules Signed = new() { Keys = Keys };

    [Fact]
    public void An_approval_counts_with_a_valid_signature_alone()
    {
        Decide(Signed, For("alice", Valid)).State.Should().Be(ApprovalState.Approved);
        Decide(Signed, For("alice", Valid with { Fault = "it is not signed" })).State.Should().Be(ApprovalState.Pending);
    }

    [Fact]
    public void An_approval_whose_signature_was_checked_by_other_keys_or_not_at_all_does_not_count()
    {
        Decide(Signed, For("alice", Valid with { Keys = new TrustedKeys([Signer.Ed.Key()]).Fingerprint })).State.Should().Be(ApprovalState.Pending);
        Decide(Signed, For("alice", null)).State.Should().Be(ApprovalState.Pending);
    }

    [Fact]
    public void A_rejection_blocks_without_a_signature() =>
        Decide(Signed, For("alice", Valid), For("bob", null) with { Approves = false }).State.Should().Be(ApprovalState.Rejected);

    [Fact]
    public void Where_the_gate_has_no_keys_signatures_do_not_matter() =>
        Decide(new(), For("alice", Valid with { Fault = "it is signed by none of the gate's keys", NotBefore = Noon.AddDays(1) })).State.Should().Be(ApprovalState.Approved);

    [Fact]
    public void An_approval_for_later_counts_from_then_and_the_decision_knows_when()
    {
        var vote = For("alice", Valid with { NotBefore = Noon.AddMinutes(5) });
        var before = Decide(Signed, vote);
        before.State.Should().Be(ApprovalState.Pending);
        before.Until.Should().Be(Noon.AddMinutes(5));
        before.Message.Should().Be("0 of 1 approvals; that of alice does not count before 2026-11-25T12:05:00Z");
        ApprovalDecision.Decide(Signed, [vote], B, null, Noon.AddMinutes(5)).State.Should().Be(ApprovalState.Approved);
    }

    [Fact]
    public void It_says_whose_approvals_do_not_count_and_why()
    {
        var unsigned = Valid with { Fault = "it is not signed" };
        Decide(Signed with { Required = 2 }, For("alice", Valid), For("alice", unsigned) with { Name = "again" }, For("bob", unsigned)).Message
            .Should().Be("1 of 2 approvals (alice); that of bob does not count: it is not signed");
        Decide(Signed, [.. "abcde".Select(letter => For($"{letter}", unsigned))]).Message
            .Should().EndWith("; that of c does not count: it is not signed; and 2 more do not count");
    }

    [Fact]
    public void It_stays_as_it_is_until_the_instant_that_it_names() => Gen.Select(Votes.Array[0, 6], Gen.Int[1, 3], Gen.Double[0, 1]).Sample((votes, required, part) =>
    {
        var rules = Signed with { Required = required };
        var named = votes.Select((vote, index) => vote with { Name = $"vote-{index}" }).ToList();
        var decision = ApprovalDecision.Decide(rules, named, B, null, Noon);
        var later = Noon + (((decision.Until ?? Noon.AddDays(30)) - Noon) * part);
        if (decision.Until is null || later < decision.Until)
        {
            var then = ApprovalDecision.Decide(rules, named, B, null, later);
            then.State.Should().Be(decision.State);
            then.Counted.Should().Equal(decision.Counted);
        }
    });

    private static readonly SignatureCheck Valid = new(null, Noon.AddMinutes(-10), "key", Keys.Fingerprint);

    private static readonly Gen<Vote> Votes = Gen.Select(Gen.Int[0, 2].Select(person => new[] { "alice", "bob", "carol" }[person]), Gen.Int[-5, 5], Gen.Int[-5, 10], Gen.Bool, Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))),
        (user, start, end, isValid, approves) => For(user, Valid with { Fault = isValid ? null : "bad", NotBefore = isValid ? Noon.AddHours(start) : null }) with { Approves = approves, ExpiresAt = end < 0 ? null : Noon.AddHours(end) });

    private static ApprovalDecision Decide(ApprovalRules rules, params Vote[] votes) => ApprovalDecision.Decide(rules, votes, B, null, Noon);

    private static Vote For(string user, SignatureCheck? signature) =>
        new() { Name = $"vote-of-{user}", Username = user, Approves = true, Candidate = B, CastAt = Noon.AddMinutes(-5), Signature = signature };
}
