using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Sluice.Gating.Signatures;

/// <summary>A public key that a gate trusts.</summary>
public sealed class TrustedKey
{
    private const string Expected = "expected ECDSA on P-256, P-384 or P-521, RSA, or Ed25519";
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 16_384;

    private readonly byte[] _info;

    private TrustedKey(byte[] info, TrustedKeyKind kind, string name, string? username) => (_info, Kind, Name, Username) = (info, kind, name, username);

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The one user whose approvals it signs; <see langword="null"/>: anybody's.</summary>
    public string? Username { get; }

    /// <summary>What it is a key of.</summary>
    public TrustedKeyKind Kind { get; }

    /// <summary>The key as a SubjectPublicKeyInfo (RFC 5280), in DER.</summary>
    public ReadOnlySpan<byte> SubjectPublicKeyInfo => _info;

    /// <summary>Reads a key.</summary>
    /// <param name="info">A SubjectPublicKeyInfo in DER.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="username">The one user whose approvals it signs; <see langword="null"/>: anybody's.</param>
    /// <param name="key">The key.</param>
    /// <param name="problem">Why it cannot be used: what was found, and what is expected.</param>
    public static bool TryRead(
        byte[] info, string name, string? username, [NotNullWhen(true)] out TrustedKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        try
        {
            var read = PublicKey.CreateFromSubjectPublicKeyInfo(info, out var length);
            if (length != info.Length)
            {
                problem = "there is something behind the key";
                return false;
            }

            problem = Examine(read, info, out var kind);
            key = problem is null ? new(info, kind, name, username) : null;
            return problem is null;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            problem = $"it is not a public key; {Expected}";
            return false;
        }
    }

    /// <summary>Whether <paramref name="signature"/> over <paramref name="message"/> was made with this key.</summary>
    /// <param name="message">The bytes that were signed.</param>
    /// <param name="signature">The signature: of ECDSA in DER (RFC 3279), never two bare numbers (P1363). Anything may be in it.</param>
    public bool HasSigned(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        try
        {
            return Kind switch
            {
                TrustedKeyKind.Ed25519 => signature.Length == Ed25519.SignatureSize && VerifyEd25519(message, signature),
                TrustedKeyKind.Rsa => VerifyRsa(message, signature),
                TrustedKeyKind.EcdsaP384 => VerifyEcdsa(message, signature, HashAlgorithmName.SHA384),
                TrustedKeyKind.EcdsaP521 => VerifyEcdsa(message, signature, HashAlgorithmName.SHA512),
                _ => VerifyEcdsa(message, signature, HashAlgorithmName.SHA256),
            };
        }
        catch (CryptographicException)
        {
            // What the platform cannot even read as a signature.
            return false;
        }
    }

    // The last 32 bytes of a structure whose length is fixed: RFC 8410.
    private ReadOnlySpan<byte> Ed25519PublicKey => _info.AsSpan(^Ed25519.PublicKeySize);

    // cosign 3 signs blobs plainly and envelopes prehashed. RFC 8032 keeps the two apart: no signature is valid as both.
    private bool VerifyEd25519(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Ed25519.Verify(signature, Ed25519PublicKey, message) || Ed25519.VerifyPrehash(signature, Ed25519PublicKey, [], SHA512.HashData(message));

    private bool VerifyEcdsa(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(_info, out _);
        return ecdsa.VerifyData(message, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private bool VerifyRsa(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(_info, out _);
        return rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string? Examine(PublicKey key, byte[] info, out TrustedKeyKind kind)
    {
        kind = default;
        switch (key.Oid.Value)
        {
            case "1.2.840.10045.2.1":
                return ExamineEcdsa(key, info, out kind);
            case "1.2.840.113549.1.1.1":
                kind = TrustedKeyKind.Rsa;
                return ExamineRsa(info);
            case "1.3.101.112":
                kind = TrustedKeyKind.Ed25519;
                return key.EncodedKeyValue.RawData.Length == Ed25519.PublicKeySize && info.Length == 12 + Ed25519.PublicKeySize
                    && Ed25519.ValidatePublicKeyFull(key.EncodedKeyValue.RawData) ? null : "it is not a valid Ed25519 key";
            default:
                return $"it is of a kind that is not known; {Expected}";
        }
    }

    private static string? ExamineEcdsa(PublicKey key, byte[] info, out TrustedKeyKind kind)
    {
        kind = default;
        // A curve that is spelled out instead of named could be any.
        if (key.EncodedParameters?.RawData is not { } parameters
            || !new AsnReader(parameters, AsnEncodingRules.DER).PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier))
        {
            return $"its curve is not a named one; {Expected}";
        }

        TrustedKeyKind? curve = AsnDecoder.ReadObjectIdentifier(parameters, AsnEncodingRules.DER, out _) switch
        {
            "1.2.840.10045.3.1.7" => TrustedKeyKind.EcdsaP256,
            "1.3.132.0.34" => TrustedKeyKind.EcdsaP384,
            "1.3.132.0.35" => TrustedKeyKind.EcdsaP521,
            _ => null,
        };
        if (curve is null)
        {
            return $"its curve is another; {Expected}";
        }

        kind = curve.Value;
        // Refuses a point that is not on the curve.
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(info, out _);
        return null;
    }

    private static string? ExamineRsa(byte[] info)
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(info, out _);
        if (rsa.KeySize is < MinRsaBits or > MaxRsaBits)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it is an RSA key of {rsa.KeySize} bits; expected {MinRsaBits} to {MaxRsaBits}");
        }

        // With the exponent 1 everything is a signature, and with a long one a look takes long.
        var exponent = new BigInteger(rsa.ExportParameters(includePrivateParameters: false).Exponent, isUnsigned: true, isBigEndian: true);
        return exponent >= 3 && exponent <= uint.MaxValue && !exponent.IsEven ? null : "it is an RSA key with a public exponent that is not in use; expected 65537";
    }
}
