using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Sluice.Gating.Signatures;

namespace Sluice.Gating.Tests.Signatures;

/// <summary>A signature over what an approval says, by a key of the gate.</summary>
public sealed class SignatureCheckTests
{
    public static TheoryData<string, string> KindsAndForms => new MatrixTheoryData<string, string>(
        [nameof(Signer.P256), nameof(Signer.P384), nameof(Signer.P521), nameof(Signer.Rsa), nameof(Signer.Ed)],
        [nameof(Signer.Plain), nameof(Signer.Bundle), nameof(Signer.Envelope)]);

    [Theory]
    [MemberData(nameof(KindsAndForms))]
    public void A_statement_that_was_signed_by_a_key_of_the_gate_is_valid_in_every_form_by_every_kind_of_key(string kind, string form) =>
        Said.Check(Signer.Of(kind).In(form, Said.Bytes), Signer.OfRsa(2048).Key("other"), Signer.Of(kind).Key("mine"))
            .Should().BeEquivalentTo(new { Fault = (string?)null, NotBefore = Said.Noon, Key = "mine" });

    [Theory]
    [MemberData(nameof(KindsAndForms))]
    public void A_signature_by_another_key_of_the_same_kind_is_refused(string kind, string form)
    {
        var other = kind switch
        {
            nameof(Signer.Rsa) => Signer.OfRsa(2048),
            nameof(Signer.Ed) => Signer.OfEd25519(),
            nameof(Signer.P256) => Signer.Ecdsa(System.Security.Cryptography.ECCurve.NamedCurves.nistP256, System.Security.Cryptography.HashAlgorithmName.SHA256),
            nameof(Signer.P384) => Signer.Ecdsa(System.Security.Cryptography.ECCurve.NamedCurves.nistP384, System.Security.Cryptography.HashAlgorithmName.SHA384),
            _ => Signer.Ecdsa(System.Security.Cryptography.ECCurve.NamedCurves.nistP521, System.Security.Cryptography.HashAlgorithmName.SHA512),
        };
        Said.Check(other.In(form, Said.Bytes), Signer.Of(kind).Key()).Fault.Should().Be("it is signed by none of the gate's keys");
    }

    [Fact]
    public void Without_a_signature_or_without_keys_nothing_is_valid()
    {
        Said.Check(null, Signer.P256.Key()).Fault.Should().Be("it is not signed");
        Said.Check(Signer.P256.Plain(Said.Bytes)).Fault.Should().Be("it is signed by none of the gate's keys");
    }

    [Fact]
    public void What_cosign_3_leaves_out_of_a_bundle_with_Ed25519_need_not_be_there()
    {
        var bundle = Signer.Ed.BundleOf(Said.Bytes);
        bundle["messageSignature"]!["messageDigest"] = new JsonObject();
        Said.Check(new(Convert.ToBase64String(Said.Bytes), null, bundle.ToJsonString()), Signer.Ed.Key()).Fault.Should().BeNull();
    }

    [Fact]
    public void A_prehashed_signature_of_Ed25519_is_valid_as_RFC_8032_has_it()
    {
        // Section 7.3.
        TrustedKey.TryRead(Convert.FromHexString("302a300506032b6570032100ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"), "key", null, out var key, out var problem).Should().BeTrue(problem);
        var signature = Convert.FromHexString("98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
        key!.HasSigned("abc"u8, signature).Should().BeTrue();
        key.HasSigned("abd"u8, signature).Should().BeFalse();
    }

    [Fact]
    public void Hints_certificates_and_entries_of_logs_are_not_looked_at()
    {
        var bundle = Signer.P256.BundleOf(Said.Bytes);
        bundle["verificationMaterial"] = JsonNode.Parse("""{"certificate": {"rawBytes": "AA=="}, "tlogEntries": [{"logIndex": "1", "inclusionProof": {"checkpoint": {"envelope": "x"}}}], "anything": [[[1]]]}""");
        Said.Check(new(Convert.ToBase64String(Said.Bytes), null, bundle.ToJsonString()), Signer.P256.Key()).Fault.Should().BeNull();
    }

    public static TheoryData<string, ApprovalClaim> OtherClaims => new()
    {
        { "gate.uid", Said.Claim with { Gate = Said.Claim.Gate with { Uid = "7d1cbd58-bb87-43a9-9f2e-0a3a3c3f5c02" } } },
        { "gate.namespace", Said.Claim with { Gate = Said.Claim.Gate with { Namespace = "app" } } },
        { "gate.name", Said.Claim with { Gate = Said.Claim.Gate with { Name = "Release" } } },
        { "target.kind", Said.Claim with { TargetKind = "Gatedsource" } },
        { "target.uid", Said.Claim with { Target = Said.Claim.Target with { Uid = "" } } },
        { "target.namespace", Said.Claim with { Target = Said.Claim.Target with { Namespace = "apps2" } } },
        { "target.name", Said.Claim with { Target = Said.Claim.Target with { Name = "app2" } } },
        { "the digest of the subject", Said.Claim with { Candidate = Said.Claim.Candidate with { Digest = Said.Claim.Candidate.Digest[..^1] + "2" } } },
        { "the digest of the subject", Said.Claim with { Candidate = Said.Claim.Candidate with { Digest = Said.Claim.Candidate.Digest[..^1] } } },
        { "the digest of the subject", Said.Claim with { Candidate = Said.Claim.Candidate with { Digest = Said.Claim.Candidate.Digest.ToUpperInvariant() } } },
        { "the digest of the subject", Said.Claim with { Candidate = Said.Claim.Candidate with { Digest = Said.Claim.Candidate.Digest.Replace("sha256", "sha512", StringComparison.Ordinal) } } },
        { "revision", Said.Claim with { Candidate = Said.Claim.Candidate with { Revision = "main@sha1:bbb" } } },
        { "specDigest", Said.Claim with { Candidate = Said.Claim.Candidate with { SpecDigest = "sha256:02" } } },
        { "decision", Said.Claim with { Decision = "reject" } },
        { "approver", Said.Claim with { Approver = "bob" } },
        { "reason", Said.Claim with { Reason = null } },
        { "expiresAt", Said.Claim with { ExpiresAt = Said.Noon.AddHours(9) } },
        { "expiresAt", Said.Claim with { ExpiresAt = null } },
    };

    [Theory]
    [MemberData(nameof(OtherClaims))]
    public void A_signature_over_anything_else_than_the_approval_says_is_refused_in_every_form(string what, ApprovalClaim claim)
    {
        foreach (var form in new[] { nameof(Signer.Plain), nameof(Signer.Bundle), nameof(Signer.Envelope) })
        {
            Said.Check(Signer.P256.In(form, Said.Bytes), claim, Signer.P256.Key()).Fault.Should().Be($"it says something else than was signed: {what} differs");
        }
    }

    [Fact]
    public void A_key_of_one_user_signs_for_that_user_alone()
    {
        var signature = Signer.P256.Plain(Said.Bytes);
        Said.Check(signature, Signer.P256.Key("hers", "alice")).Key.Should().Be("hers");
        Said.Check(signature, Signer.P256.Key("his", "bob")).Fault.Should().Be("it is signed with the key 'his', which is that of bob alone");
        Said.Check(signature, Signer.P256.Key("his", "bob"), Signer.P256.Key("all")).Key.Should().Be("all");
    }

    [Fact]
    public void A_signature_is_of_no_use_an_hour_after_it_was_made_so_that_a_vote_that_was_taken_back_cannot_be_cast_again_by_another()
    {
        var keys = new TrustedKeys([Signer.P256.Key()]);
        SignatureCheck.Of(Signer.P256.Plain(Said.Bytes), Said.Claim, Said.Noon.AddHours(1), keys).Fault.Should().BeNull();
        SignatureCheck.Of(Signer.P256.Plain(Said.Bytes), Said.Claim, Said.Noon.AddHours(1).AddSeconds(1), keys).Fault.Should().StartWith("it was created more than an hour after");
        SignatureCheck.Of(Signer.P256.Plain(Said.Bytes), Said.Claim, Said.Noon.AddDays(-1), keys).Should().Be(new SignatureCheck(null, Said.Noon, "key", keys.Fingerprint), "it may be for later");
    }

    [Fact]
    public void What_is_written_is_read_as_it_was() => Gen.Select(Texts, Texts, Texts, Texts, Gen.Bool, Gen.Int[0, 1000]).Sample((name, uid, revision, approver, hasEnd, seconds) =>
    {
        var claim = Said.Claim with
        {
            Gate = new(name, uid, approver),
            Target = new(uid, name, revision),
            Candidate = new(revision, "sha512:" + name, uid),
            Approver = approver,
            Reason = hasEnd ? revision : null,
            ExpiresAt = hasEnd ? Said.Noon.AddSeconds(seconds) : null,
        };
        var statement = new ApprovalStatement(claim, Said.Noon.AddSeconds(-seconds), "nonce-nonce-nonce");
        ApprovalStatement.TryParse(statement.ToBytes(), out var read, out var problem).Should().BeTrue(problem);
        read.Should().Be(statement);
    });

    [Fact]
    public void A_bundle_of_cosign_3_is_opened_and_its_digest_recomputed()
    {
        // Made by cosign 3.1.1 with the key below over these bytes, which are no statement of ours: it is that, and not the signature, that is refused.
        const string bundle = """{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"L7LreRmpOetqkYv7uH7UaFImanpbPuPGI7mEeef85mc="}},"messageSignature":{"messageDigest":{},"signature":"NYqcI8KMFXrYujBYiSC9Dd8VpORxr43wuEIjf76as78n/0TWsEaaaY2iBDbZlexp94PRXutxqL0ze1wqQJcqAw=="}}""";
        const string pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAxMVcy2juyUjDs8up1mc3fF+PKX0NOoXIbiPuYQmrNBk=\n-----END PUBLIC KEY-----\n";
        PublicKeyPem.TryRead(pem, "ed", null, out var keys, out _).Should().BeTrue();
        Said.Check(new(Base64("{\"a\":1}\n"), null, bundle), [.. keys]).Fault.Should().StartWith("the statement has a member that is not known");
        Said.Check(new(Base64("{\"a\":2}\n"), null, bundle), [.. keys]).Fault.Should().Be("it is signed by none of the gate's keys");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static readonly Gen<string> Texts = Gen.String[Gen.Char["abcXYZ019-.:/@\"\\ é✓<+"], 1, 30];
}
