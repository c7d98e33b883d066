using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Sluice.Cli.Signing;
using Sluice.Gating.Signatures;

namespace Sluice.Cli.Tests.Signing;

/// <summary>Private keys as people have them.</summary>
public sealed class PrivateKeyFileTests : IDisposable
{
    private const string Secret = "pw";

    // Made by cosign 2.5.0 with the password above, for this test alone.
    private const string CosignKey = """
        -----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
        eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
        OCwicCI6MX0sInNhbHQiOiJ1cHBsV2VwQ0xmZnhsTzRJK1FTSkpjNmxzVHkveEgy
        Z0phWlUzTzhFNWc0PSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
        Iiwibm9uY2UiOiJ6bHNoNjZwOGdUTHFYNERaZXZVcWkwcmhKaUdocm1FayJ9LCJj
        aXBoZXJ0ZXh0IjoiSzh0WTlTMlBnbE55czdZb2xScjFUSklqYmFlSFFSNlJaZWZQ
        UjlORmNybHo5dnFESzB2blljQ1hBOGVsTkZBNnhRQW54ZXA5NHZUemxIa0U5MHU3
        SHpieVQ5V21IWENHQW1uTG5uNVhvL28vLzVLYXo5Mk1ZdGFhLzlpeFN1L0J1TjAy
        eTM5dFBWWUFXY2N4eVVYVUhXU24rakptOUhaY0F4cFBlSG9pTXl3UVEvMmZ5ZXpF
        YlJUSUdkWGpWNk42TnQ0SDVaRGRKallNRFE9PSJ9
        -----END ENCRYPTED SIGSTORE PRIVATE KEY-----
        """;

    private const string CosignPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhiSrP9u1sM5AYSvMRU4Sd/ShK7Yw
        g1cWsqIlURKWq26xsr3ieeUj6SysBUVl1qGrskhAtBJcDTtiweHM9WEDzg==
        -----END PUBLIC KEY-----
        """;

    private static readonly byte[] Message = Encoding.UTF8.GetBytes("what is signed");

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-keys-").FullName;

    public static TheoryData<string> Kinds => [.. Pems.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_signs_and_its_public_key_verifies_that(string kind)
    {
        using var key = Read(Pems[kind](), Secret);
        key.PublicKey.HasSigned(Message, key.Sign(Message)).Should().BeTrue();
        key.PublicKey.HasSigned([.. Message, 0], key.Sign(Message)).Should().BeFalse();
    }

    [Fact]
    public void A_key_of_cosign_is_that_of_its_public_key()
    {
        using var key = Read(CosignKey, Secret);
        PublicKeyPem.TryRead(CosignPublicKey, "cosign.pub", null, out var keys, out _).Should().BeTrue();
        keys[0].HasSigned(Message, key.Sign(Message)).Should().BeTrue();
        key.PublicKey.Kind.Should().Be(TrustedKeyKind.EcdsaP256);
    }

    [Fact]
    public void Ed25519_signs_as_RFC_8032_says()
    {
        // Section 7.1, test 2.
        byte[] pkcs8 = [.. Convert.FromHexString("302e020100300506032b657004220420"), .. Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")];
        using var key = Read(PemEncoding.WriteString("PRIVATE KEY", pkcs8), null);
        Convert.ToHexStringLower(key.Sign([0x72])).Should().Be(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    }

    [Theory]
    [InlineData("cosign")]
    [InlineData("ECDSA with a password")]
    [InlineData("RSA with a password")]
    public void With_another_password_it_is_not_read(string kind) => Refusal(kind == "cosign" ? CosignKey : Pems[kind](), "another").Should().Contain("' cannot be read: ").And.Contain("password");

    [Fact]
    public void What_is_no_private_key_is_refused_with_what_it_is()
    {
        Refusal(CosignPublicKey).Should().Contain("is a public key; expected a private key in PEM");
        Refusal("hello").Should().Contain("there is no private key in");
        Refusal(PemEncoding.WriteString("OPENSSH PRIVATE KEY", [1])).Should().Contain("is a key of OpenSSH");
        Refusal(PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3])).Should().Contain("cannot be read: ");
        Refusal(PemEncoding.WriteString("ENCRYPTED SIGSTORE PRIVATE KEY", "{}"u8)).Should().Contain("cannot be read: ");
        Refusal(PemEncoding.WriteString("ENCRYPTED SIGSTORE PRIVATE KEY", Encoding.UTF8.GetBytes(
            """{"kdf":{"name":"scrypt","params":{"N":2147483647,"r":64,"p":1},"salt":""},"cipher":{"name":"nacl/secretbox","nonce":""},"ciphertext":""}"""))).Should().Contain("cannot be read: ");
        Refusal(new string('x', 100_000)).Should().Contain("is too long");
        using var weak = RSA.Create(1024);
        Refusal(weak.ExportPkcs8PrivateKeyPem()).Should().Contain("it is an RSA key of 1024 bits; expected 2048 to 16384");
        FluentActions.Invoking(() => PrivateKeyFile.Read(Path.Combine(_folder, "none"), () => "")).Should().Throw<CommandException>().Which.Message.Should().Contain("cannot be read");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly Dictionary<string, Func<string>> Pems = new()
    {
        ["cosign"] = () => CosignKey,
        ["ECDSA on P-256"] = () => ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem(),
        ["ECDSA on P-384"] = () => ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportPkcs8PrivateKeyPem(),
        ["ECDSA on P-521"] = () => ECDsa.Create(ECCurve.NamedCurves.nistP521).ExportPkcs8PrivateKeyPem(),
        ["ECDSA as SEC 1 writes it"] = () => "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportECPrivateKeyPem(),
        ["ECDSA with a password"] = () => ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportEncryptedPkcs8PrivateKeyPem(Secret, Encryption),
        ["RSA"] = () => RSA.Create(2048).ExportPkcs8PrivateKeyPem(),
        ["RSA as PKCS #1 writes it"] = () => RSA.Create(2048).ExportRSAPrivateKeyPem(),
        ["RSA with a password"] = () => RSA.Create(2048).ExportEncryptedPkcs8PrivateKeyPem(Secret, Encryption),
        ["Ed25519"] = () => PemEncoding.WriteString("PRIVATE KEY", [.. Convert.FromHexString("302e020100300506032b657004220420"), .. RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize)]),
    };

    private static PbeParameters Encryption => new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2048);

    private SigningKey Read(string pem, string? password)
    {
        var path = Path.Combine(_folder, "a.key");
        File.WriteAllText(path, pem);
        return PrivateKeyFile.Read(path, () => password ?? throw new InvalidOperationException("No password is needed."));
    }

    private string Refusal(string pem, string password = "") => FluentActions.Invoking(() => Read(pem, password)).Should().Throw<CommandException>().Which.Message;
}
