namespace Sluice.Gating.Signatures;

/// <summary>What a public key is a key of. Its kind says how it signs, nothing in the signature does.</summary>
public enum TrustedKeyKind
{
    /// <summary>ECDSA on P-256 over SHA-256: what <c>cosign generate-key-pair</c> makes.</summary>
    EcdsaP256,

    /// <summary>ECDSA on P-384 over SHA-384.</summary>
    EcdsaP384,

    /// <summary>ECDSA on P-521 over SHA-512.</summary>
    EcdsaP521,

    /// <summary>RSA of 2,048 to 16,384 bits, PKCS #1 v1.5 over SHA-256.</summary>
    Rsa,

    /// <summary>Ed25519 over the bytes themselves, or Ed25519ph without a context: RFC 8032.</summary>
    Ed25519,
}
