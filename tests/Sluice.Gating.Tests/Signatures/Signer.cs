using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Sluice.Gating.Signatures;

namespace Sluice.Gating.Tests.Signatures;

/// <summary>Somebody with a key, who signs in every form.</summary>
internal sealed class Signer
{
    public static readonly Signer P256 = Ecdsa(ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256);
    public static readonly Signer P384 = Ecdsa(ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384);
    public static readonly Signer P521 = Ecdsa(ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512);
    public static readonly RSA RsaKey = RSA.Create(2048);
    public static readonly Signer Rsa = OfRsa(RsaKey);
    public static readonly Signer Ed = OfEd25519();

    private Signer(byte[] info, Func<byte[], byte[]> sign) => (Info, Sign) = (info, sign);

    /// <summary>The public key.</summary>
    public byte[] Info { get; }

    /// <summary>Signs bytes.</summary>
    public Func<byte[], byte[]> Sign { get; }

    public string Pem => PemEncoding.WriteString("PUBLIC KEY", Info);

    public TrustedKey Key(string name = "key", string? username = null) =>
        PublicKeyPem.TryRead(Pem, name, username, out var keys, out var problem) ? keys.Single() : throw new InvalidOperationException(problem);

    public static Signer Of(string kind) => kind switch
    {
        nameof(P256) => P256,
        nameof(P384) => P384,
        nameof(P521) => P521,
        nameof(Rsa) => Rsa,
        nameof(Ed) => Ed,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static Signer Ecdsa(ECCurve curve, HashAlgorithmName hash)
    {
        var key = ECDsa.Create(curve);
        return new(key.ExportSubjectPublicKeyInfo(), bytes => key.SignData(bytes, hash, DSASignatureFormat.Rfc3279DerSequence));
    }

    public static Signer OfRsa(int bits) => OfRsa(RSA.Create(bits));

    private static Signer OfRsa(RSA key) => new(key.ExportSubjectPublicKeyInfo(), bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static Signer OfEd25519()
    {
        var key = RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize);
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(key, publicKey);
        return new([.. Convert.FromHexString("302a300506032b6570032100"), .. publicKey], bytes =>
        {
            var signature = new byte[Ed25519.SignatureSize];
            Ed25519.Sign(key, bytes, signature);
            return signature;
        });
    }

    public SignatureMaterial Plain(byte[] statement) => new(Convert.ToBase64String(statement), Convert.ToBase64String(Sign(statement)), null);

    public SignatureMaterial Bundle(byte[] statement) => new(Convert.ToBase64String(statement), null, BundleOf(statement).ToJsonString());

    public SignatureMaterial Envelope(byte[] statement) => new(null, null, EnvelopeOf(statement).ToJsonString());

    public SignatureMaterial In(string form, byte[] statement) => form switch
    {
        nameof(Plain) => Plain(statement),
        nameof(Bundle) => Bundle(statement),
        nameof(Envelope) => Envelope(statement),
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    /// <summary>As cosign sign-blob writes it.</summary>
    public JsonObject BundleOf(byte[] statement) => new()
    {
        ["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json",
        ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = "aGludA==" } },
        ["messageSignature"] = new JsonObject
        {
            ["messageDigest"] = new JsonObject { ["algorithm"] = "SHA2_256", ["digest"] = Convert.ToBase64String(SHA256.HashData(statement)) },
            ["signature"] = Convert.ToBase64String(Sign(statement)),
        },
    };

    /// <summary>As cosign attest-blob writes it.</summary>
    public JsonObject EnvelopeOf(byte[] statement, string type = "application/vnd.in-toto+json") => new()
    {
        ["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json",
        ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = "aGludA==" } },
        ["dsseEnvelope"] = new JsonObject
        {
            ["payload"] = Convert.ToBase64String(statement),
            ["payloadType"] = type,
            ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(Sign([.. Encoding.UTF8.GetBytes($"DSSEv1 {type.Length} {type} {statement.Length} "), .. statement])) }),
        },
    };
}
