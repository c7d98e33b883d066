using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Sluice.Cli.Signing;
using Sluice.Gating.Signatures;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Signing;

/// <summary>What the real cosign signs is understood, and what is signed here is understood by it.</summary>
public sealed class CosignTests : IDisposable
{
    private static readonly DateTimeOffset Now = Moment.Now;

    private static readonly ApprovalClaim Claim = new()
    {
        Gate = new("apps", "release", "gate-uid"),
        TargetKind = "GatedSource",
        Target = new("apps", "app", "target-uid"),
        Candidate = new("main@sha1:bb", "sha256:bb", "sha256:01"),
        Decision = "approve",
        Approver = "alice",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-cosign-").FullName;

    public static TheoryData<string> Kinds => ["generated", "RSA", "Ed25519", "P-384", "P-521"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_bundle_of_sign_blob_is_valid(string kind)
    {
        var cosign = await StartAsync(kind);
        await cosign.RunAsync("signing-config", "create", "--out", "config.json");
        await cosign.RunAsync("sign-blob", "--yes", "--key", "a.key", "--signing-config", "config.json", "--bundle", "bundle.json", "statement.json");
        var bundle = await ReadAsync("bundle.json");
        bundle.Should().Contain("bundle.v0.3+json").And.Contain("messageSignature");
        await IsValidAsync(new(Convert.ToBase64String(await StatementAsync()), null, bundle));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_plain_signature_of_sign_blob_is_valid(string kind)
    {
        var cosign = await StartAsync(kind);
        var printed = await cosign.RunAsync("sign-blob", "--yes", "--key", "a.key", "--use-signing-config=false", "--tlog-upload=false", "--new-bundle-format=false", "statement.json");
        await IsValidAsync(new(Convert.ToBase64String(await StatementAsync()), printed.Trim(), null));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_bundle_of_attest_blob_has_the_statement_in_it_and_is_valid(string kind)
    {
        var cosign = await StartAsync(kind);
        await cosign.RunAsync("signing-config", "create", "--out", "config.json");
        await cosign.RunAsync("attest-blob", "--yes", "--key", "a.key", "--signing-config", "config.json", "--statement", "statement.json", "--bundle", "bundle.json");
        var bundle = await ReadAsync("bundle.json");
        bundle.Should().Contain("bundle.v0.3+json").And.Contain("dsseEnvelope");
        await IsValidAsync(new(null, null, bundle));
    }

    // Of P-384 and P-521 cosign 3.1.1 verifies not even what it has signed itself: it signs over SHA-384 and SHA-512, and verifies over SHA-256.
    [Theory]
    [InlineData("generated")]
    [InlineData("RSA")]
    [InlineData("Ed25519")]
    public async Task What_is_signed_here_with_a_key_of_cosign_is_verified_by_cosign(string kind)
    {
        var cosign = await StartAsync(kind);
        using var key = PrivateKeyFile.Read(Path.Combine(_folder, "a.key"), () => Cosign.Password);
        var signature = Convert.ToBase64String(key.Sign(await StatementAsync()));
        await File.WriteAllTextAsync(Path.Combine(_folder, "bundle.json"), $$"""
            {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
             "verificationMaterial": {"publicKey": {"hint": "{{Convert.ToBase64String(SHA256.HashData(key.PublicKey.SubjectPublicKeyInfo))}}"} },
             "messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": "{{Convert.ToBase64String(SHA256.HashData(await StatementAsync()))}}"}, "signature": "{{signature}}"} }
            """, TestContext.Current.CancellationToken);
        await cosign.RunAsync("verify-blob", "--key", "a.pub", "--bundle", "bundle.json", "--insecure-ignore-tlog=true", "statement.json");
        await IsValidAsync(new(Convert.ToBase64String(await StatementAsync()), signature, null));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<Cosign> StartAsync(string kind)
    {
        var cosign = await DistributionTool.OrSkipAsync(() => Cosign.InAsync(_folder), Assert.Skip);
        if (kind == "generated")
        {
            await cosign.RunAsync("generate-key-pair", "--output-key-prefix", "a");
        }
        else
        {
            var pem = kind switch
            {
                "RSA" => RSA.Create(3072).ExportPkcs8PrivateKeyPem(),
                "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportPkcs8PrivateKeyPem(),
                "P-521" => ECDsa.Create(ECCurve.NamedCurves.nistP521).ExportPkcs8PrivateKeyPem(),
                _ => PemEncoding.WriteString("PRIVATE KEY", [.. Convert.FromHexString("302e020100300506032b657004220420"), .. RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize)]),
            };
            await File.WriteAllTextAsync(Path.Combine(_folder, "a.pem"), pem);
            await cosign.RunAsync("import-key-pair", "--key", "a.pem", "--output-key-prefix", "a");
        }

        await File.WriteAllBytesAsync(Path.Combine(_folder, "statement.json"), new ApprovalStatement(Claim, Now, "0123456789abcdef").ToBytes());
        return cosign;
    }

    private Task<byte[]> StatementAsync() => File.ReadAllBytesAsync(Path.Combine(_folder, "statement.json"));

    private Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(_folder, file));

    private async Task IsValidAsync(SignatureMaterial signature)
    {
        PublicKeyPem.TryRead(await ReadAsync("a.pub"), "a.pub", null, out var keys, out var problem).Should().BeTrue(problem);
        SignatureCheck.Of(signature, Claim, Now, new(keys)).Should().BeEquivalentTo(new { Fault = (string?)null, Key = "a.pub" });
        SignatureCheck.Of(signature, Claim with { Approver = "bob" }, Now, new(keys)).Fault.Should().Be("it says something else than was signed: approver differs");
    }
}
