using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gating.Signatures;

/// <summary>
/// A Sigstore bundle v0.3 as <c>cosign sign-blob</c> and <c>cosign attest-blob</c> write it. What is in <c>verificationMaterial</c> is not looked
/// at: a gate trusts its own keys, and no hint, certificate or entry of a transparency log says more.
/// </summary>
internal static class SigstoreBundle
{
    private const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>Takes the signature out of it.</summary>
    /// <param name="json">The bundle.</param>
    /// <param name="statement">The statement that came with it; null: it must be in the bundle.</param>
    /// <exception cref="SignatureFaultException">It is not such a bundle, or a digest in it is not that of the statement.</exception>
    public static SignedBytes Open(ReadOnlyMemory<byte> json, byte[]? statement) => StrictObject.Read(
        json, "the bundle", ["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"], bundle =>
        {
            if (bundle.Text("mediaType") != MediaType)
            {
                throw new SignatureFaultException($"the bundle is of another media type; expected {MediaType}");
            }

            return (bundle.Has("messageSignature"), bundle.Has("dsseEnvelope")) switch
            {
                (true, false) => MessageSignature(bundle, statement ?? throw new SignatureFaultException("the statement that the bundle was made for is missing")),
                (false, true) when statement is null => Envelope(bundle),
                (false, true) => throw new SignatureFaultException("there are two statements, one in the bundle and one beside it"),
                _ => throw new SignatureFaultException("the bundle has not exactly one of messageSignature and dsseEnvelope"),
            };
        });

    /// <summary>What is signed in an envelope (DSSE v1): the payload and its type, with their lengths.</summary>
    internal static byte[] PreAuthenticationEncoding(string type, ReadOnlySpan<byte> payload) =>
    [
        .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} ")),
        .. payload,
    ];

    private static SignedBytes MessageSignature(StrictObject bundle, byte[] statement)
    {
        var signature = bundle.Object("messageSignature", "messageDigest", "signature");
        if (signature.Has("messageDigest"))
        {
            var digest = signature.Object("messageDigest", "algorithm", "digest");
            // cosign 3 leaves both out with Ed25519, which signs no digest.
            if (digest.Has("algorithm") || digest.Has("digest"))
            {
                var recomputed = digest.Text("algorithm") switch
                {
                    "SHA2_256" => SHA256.HashData(statement),
                    "SHA2_384" => SHA384.HashData(statement),
                    "SHA2_512" => SHA512.HashData(statement),
                    _ => throw new SignatureFaultException("the bundle's digest is of another algorithm; expected SHA2_256, SHA2_384 or SHA2_512"),
                };
                if (!digest.Bytes("digest").AsSpan().SequenceEqual(recomputed))
                {
                    throw new SignatureFaultException("the bundle was made for another statement: its digest is not that of the statement");
                }
            }
        }

        return new(statement, statement, signature.Bytes("signature"));
    }

    private static SignedBytes Envelope(StrictObject bundle)
    {
        var envelope = bundle.Object("dsseEnvelope", "payload", "payloadType", "signatures");
        if (envelope.Text("payloadType") != PayloadType)
        {
            throw new SignatureFaultException($"the payload is of another type; expected {PayloadType}");
        }

        var payload = envelope.Bytes("payload");
        // A bundle has exactly one, says Sigstore; with several, one could be of a key and the others of anybody.
        return new(payload, PreAuthenticationEncoding(PayloadType, payload), envelope.Single("signatures", "sig", "keyid").Bytes("sig"));
    }
}
