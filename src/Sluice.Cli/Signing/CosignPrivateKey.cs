using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Sluice.Cli.Signing;

/// <summary>
/// The key files that <c>cosign generate-key-pair</c> writes: a PKCS #8 key in NaCl's secretbox (XSalsa20 and Poly1305), under a key that scrypt
/// makes of the password. The format is that of go-securesystemslib's <c>encrypted</c>, which cosign uses.
/// </summary>
internal static class CosignPrivateKey
{
    /// <summary>The PEM label.</summary>
    public const string Label = "ENCRYPTED SIGSTORE PRIVATE KEY";

    /// <summary>The PEM label until 2022.</summary>
    public const string OldLabel = "ENCRYPTED COSIGN PRIVATE KEY";

    private const int KeyBytes = 32;
    private const int NonceBytes = 24;
    private const int TagBytes = 16;

    // cosign asks for 64 MiB; more than this is a file that means no good.
    private const long MaxMemory = 1L << 30;

    /// <summary>Takes the key out.</summary>
    /// <param name="json">The content of the PEM block.</param>
    /// <param name="password">The password; may be empty.</param>
    /// <returns>A PKCS #8 key in DER.</returns>
    /// <exception cref="CryptographicException">It is not such a key, or the password is another.</exception>
    public static byte[] Decrypt(byte[] json, string password)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var (kdf, cipher) = (document.RootElement.GetProperty("kdf"), document.RootElement.GetProperty("cipher"));
            var cost = kdf.GetProperty("params");
            var (n, r, p) = (cost.GetProperty("N").GetInt32(), cost.GetProperty("r").GetInt32(), cost.GetProperty("p").GetInt32());
            if (kdf.GetProperty("name").GetString() != "scrypt" || cipher.GetProperty("name").GetString() != "nacl/secretbox"
                || n < 2 || r < 1 || p is < 1 or > 16 || 128L * n * r > MaxMemory)
            {
                throw new CryptographicException("It is encrypted in another way than cosign does it.");
            }

            var key = SCrypt.Generate(Encoding.UTF8.GetBytes(password), kdf.GetProperty("salt").GetBytesFromBase64(), n, r, p, KeyBytes);
            return OpenBox(key, cipher.GetProperty("nonce").GetBytesFromBase64(), document.RootElement.GetProperty("ciphertext").GetBytesFromBase64());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new CryptographicException("It is not a key as cosign writes it.", e);
        }
    }

    private static byte[] OpenBox(byte[] key, byte[] nonce, byte[] box)
    {
        if (nonce.Length != NonceBytes || box.Length < TagBytes)
            throw new CryptographicException("It is not a key as cosign writes it.");
        var stream = new XSalsa20Engine();
        stream.Init(forEncryption: false, new ParametersWithIV(new KeyParameter(key), nonce));
        // The first bytes of the stream are the key of the tag, the next decrypt.
        var tagKey = new byte[KeyBytes];
        stream.ProcessBytes(tagKey, 0, tagKey.Length, tagKey, 0);
        var mac = new Poly1305();
        mac.Init(new KeyParameter(tagKey));
        mac.BlockUpdate(box, TagBytes, box.Length - TagBytes);
        var tag = new byte[TagBytes];
        mac.DoFinal(tag, 0);
        if (!CryptographicOperations.FixedTimeEquals(tag, box.AsSpan(0, TagBytes)))
            throw new CryptographicException("The password is wrong.");
        var opened = new byte[box.Length - TagBytes];
        stream.ProcessBytes(box, TagBytes, opened.Length, opened, 0);
        return opened;
    }
}
