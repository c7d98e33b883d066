using System.Security.Cryptography;
using Sluice.Gating.Signatures;

namespace Sluice.Gating.Tests.Signatures;

/// <summary>The public keys that a gate can trust.</summary>
public sealed class PublicKeyPemTests
{
    [Theory]
    [InlineData(nameof(Signer.P256), TrustedKeyKind.EcdsaP256)]
    [InlineData(nameof(Signer.P384), TrustedKeyKind.EcdsaP384)]
    [InlineData(nameof(Signer.P521), TrustedKeyKind.EcdsaP521)]
    [InlineData(nameof(Signer.Rsa), TrustedKeyKind.Rsa)]
    [InlineData(nameof(Signer.Ed), TrustedKeyKind.Ed25519)]
    public void Keys_of_ECDSA_RSA_and_Ed25519_are_read(string signer, TrustedKeyKind kind) => Signer.Of(signer).Key().Kind.Should().Be(kind);

    [Fact]
    public void Several_in_one_text_are_several_keys()
    {
        PublicKeyPem.TryRead($"{Signer.P256.Pem}\n\n{Signer.Ed.Pem}\n", "team.pub", "alice", out var keys, out _).Should().BeTrue();
        keys.Select(key => (key.Name, key.Username, key.Kind)).Should().Equal(
            ("team.pub", "alice", TrustedKeyKind.EcdsaP256), ("team.pub#2", "alice", TrustedKeyKind.Ed25519));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "", "it is empty" },
        { "alice", "it is not a public key in PEM" },
        { "# alice's key\n" + Signer.P256.Pem, "it is not a public key in PEM" },
        { Signer.P256.Pem + "and more", "it is not a public key in PEM" },
        { Signer.P256.Pem[..60], "it is not a public key in PEM" },
        { new string('-', 70_000), "it has 70000 characters; expected at most 65536" },
        { PrivateKey(), "it is a private key, which whoever can read this has now: replace the key" },
        { PemEncoding.WriteString("ENCRYPTED SIGSTORE PRIVATE KEY", [1]), "it is a private key" },
        { PemEncoding.WriteString("CERTIFICATE", Signer.P256.Info), "it is a PEM block of another kind" },
        { Pem([]), "it is not a public key" },
        { Pem([1, 2, 3]), "it is not a public key" },
        { Pem([.. Signer.P256.Info, 0]), "there is something behind the key" },
        { Pem(Signer.OfRsa(1024).Info), "it is an RSA key of 1024 bits; expected 2048 to 16384" },
        { Pem(RsaWithExponent([1])), "it is " },
        { Pem(RsaWithExponent([1, 0, 0])), "it is " },
        { Pem(RsaWithExponent([1, 0, 0, 0, 1])), "it is an RSA key with a public exponent that is not in use" },
        { Pem(Signer.Ecdsa(ECCurve.NamedCurves.brainpoolP256r1, HashAlgorithmName.SHA256).Info), "its curve is another" },
        { Pem(ExplicitCurve()), "its curve is not a named one" },
        { Pem([.. Signer.P256.Info[..^1], (byte)(Signer.P256.Info[^1] ^ 1)]), "it is not a public key" },
        { Pem([.. Signer.Ed.Info[..12], 1, .. new byte[31]]), "it is not a valid Ed25519 key" },
        { Pem([.. Signer.Ed.Info[..12], .. Enumerable.Repeat((byte)255, 32)]), "it is not a valid Ed25519 key" },
        { Pem(Convert.FromHexString("302a300506032b656e032100") is var x25519 ? [.. x25519, .. new byte[32]] : []), "it is of a kind that is not known" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_key_to_trust_is_refused_with_the_reason_and_nothing_of_the_text(string text, string problem)
    {
        PublicKeyPem.TryRead(text, "key", null, out var keys, out var found).Should().BeFalse();
        keys.Should().BeEmpty();
        found.Should().StartWith(problem);
    }

    [Fact]
    public void The_fingerprint_of_keys_is_that_of_what_they_are_what_they_are_called_and_whose()
    {
        var fingerprints = new[]
        {
            new TrustedKeys([]), new([Signer.P256.Key()]), new([Signer.Ed.Key()]), new([Signer.P256.Key("other")]), new([Signer.P256.Key("key", "alice")]),
            new([Signer.P256.Key("key", "")]), new([Signer.P256.Key(), Signer.Ed.Key()]),
        }.Select(keys => keys.Fingerprint);
        fingerprints.Should().OnlyHaveUniqueItems();
        new TrustedKeys([Signer.P256.Key()]).Fingerprint.Should().Be(new TrustedKeys([Signer.P256.Key()]).Fingerprint);
    }

    private static string Pem(byte[] info) => PemEncoding.WriteString("PUBLIC KEY", info);

    private static string PrivateKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static byte[] RsaWithExponent(byte[] exponent)
    {
        using var rsa = RSA.Create(2048);
        var info = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            using (info.PushSequence())
            {
                info.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                info.WriteNull();
            }

            var key = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
            using (key.PushSequence())
            {
                key.WriteIntegerUnsigned(rsa.ExportParameters(false).Modulus);
                key.WriteIntegerUnsigned(exponent);
            }

            info.WriteBitString(key.Encode());
        }

        return info.Encode();
    }

    private static byte[] ExplicitCurve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var spelled = ECDsa.Create(key.ExportExplicitParameters(includePrivateParameters: false));
        return spelled.ExportSubjectPublicKeyInfo();
    }
}
