using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Sluice.Gating.Signatures;

namespace Sluice.Cli.Signing;

/// <summary>A private key, which signs as cosign does with a key of its kind.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly AsymmetricAlgorithm? _algorithm;
    private readonly Func<byte[], byte[]> _sign;

    private SigningKey(TrustedKey publicKey, AsymmetricAlgorithm? algorithm, Func<byte[], byte[]> sign) => (PublicKey, _algorithm, _sign) = (publicKey, algorithm, sign);

    /// <summary>The public key that belongs to it.</summary>
    public TrustedKey PublicKey { get; }

    /// <summary>Of ECDSA. It is disposed of with this.</summary>
    /// <exception cref="CommandException">It is on a curve that no gate takes.</exception>
    public static SigningKey Of(ECDsa key)
    {
        var publicKey = Public(key.ExportSubjectPublicKeyInfo());
        var hash = publicKey.Kind switch
        {
            TrustedKeyKind.EcdsaP384 => HashAlgorithmName.SHA384,
            TrustedKeyKind.EcdsaP521 => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        return new(publicKey, key, message => key.SignData(message, hash, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>Of RSA. It is disposed of with this.</summary>
    /// <exception cref="CommandException">It is of a length that no gate takes.</exception>
    public static SigningKey Of(RSA key) =>
        new(Public(key.ExportSubjectPublicKeyInfo()), key, message => key.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>Of Ed25519.</summary>
    /// <param name="seed">The private key, as RFC 8032 calls it: 32 bytes.</param>
    public static SigningKey OfEd25519(byte[] seed)
    {
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, publicKey);
        // The structure of RFC 8410, whose length is fixed.
        return new(Public([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, .. publicKey]), null, message =>
        {
            var signature = new byte[Ed25519.SignatureSize];
            Ed25519.Sign(seed, message, signature);
            return signature;
        });
    }

    /// <summary>The signature over bytes.</summary>
    public byte[] Sign(byte[] message) => _sign(message);

    public void Dispose() => _algorithm?.Dispose();

    private static TrustedKey Public(byte[] info) => TrustedKey.TryRead(info, "--key", null, out var key, out var problem)
        ? key : throw new CommandException($"--key: {problem}");
}
