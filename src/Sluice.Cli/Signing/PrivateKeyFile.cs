using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Sluice.Cli.Signing;

/// <summary>Private keys in PEM: those of OpenSSL, with a password and without, and those of cosign.</summary>
internal static class PrivateKeyFile
{
    // Many times the longest key.
    private const int MaxLength = 65_536;

    private const string Expected = "expected a private key in PEM, such as cosign.key";

    /// <summary>Reads a key from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Gives the password, where one is needed.</param>
    /// <exception cref="CommandException">There is no such file, or no key in it, or the password is another.</exception>
    public static SigningKey Read(string path, Func<string> password)
    {
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxLength })
                throw new CommandException($"--key: '{path}' is too long; {Expected}");
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--key: '{path}' cannot be read: {e.Message}");
        }

        try
        {
            return Parse(text, path, password);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new CommandException($"--key: the key in '{path}' cannot be read: {e.Message}");
        }
    }

    private static SigningKey Parse(string text, string path, Func<string> password)
    {
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var data = Convert.FromBase64String(rest[fields.Base64Data].ToString());
            switch (rest[fields.Label].ToString())
            {
                case "PRIVATE KEY":
                    return OfPkcs8(data);
                case "ENCRYPTED PRIVATE KEY":
                    return OfEncryptedPkcs8(data, password());
                case "EC PRIVATE KEY":
                    return Import(ECDsa.Create(), key => key.ImportECPrivateKey(data, out _), SigningKey.Of);
                case "RSA PRIVATE KEY":
                    return Import(RSA.Create(), key => key.ImportRSAPrivateKey(data, out _), SigningKey.Of);
                case CosignPrivateKey.Label or CosignPrivateKey.OldLabel:
                    return OfPkcs8(CosignPrivateKey.Decrypt(data, password()));
                case "OPENSSH PRIVATE KEY":
                    throw new CommandException($"--key: '{path}' is a key of OpenSSH; {Expected}, which 'cosign generate-key-pair' makes");
                case "PUBLIC KEY":
                    throw new CommandException($"--key: '{path}' is a public key; {Expected}");
            }

            // OpenSSL writes the parameters of a curve before its key.
            rest = rest[fields.Location.End..];
        }

        throw new CommandException($"--key: there is no private key in '{path}'; {Expected}");
    }

    private static SigningKey OfPkcs8(byte[] data)
    {
        // RFC 5208: version, algorithm, key.
        var info = new AsnReader(data, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        switch (info.ReadSequence().ReadObjectIdentifier())
        {
            case "1.2.840.10045.2.1":
                return Import(ECDsa.Create(), key => key.ImportPkcs8PrivateKey(data, out _), SigningKey.Of);
            case "1.2.840.113549.1.1.1":
                return Import(RSA.Create(), key => key.ImportPkcs8PrivateKey(data, out _), SigningKey.Of);
            case "1.3.101.112":
                // RFC 8410: the seed is an octet string within the octet string.
                var seed = AsnDecoder.ReadOctetString(info.ReadOctetString(), AsnEncodingRules.DER, out _);
                return seed.Length == 32 ? SigningKey.OfEd25519(seed) : throw new CryptographicException("An Ed25519 key has 32 bytes.");
            default:
                throw new CommandException("--key: it is a key of another kind; expected ECDSA, RSA or Ed25519");
        }
    }

    private static SigningKey OfEncryptedPkcs8(byte[] data, string password)
    {
        try
        {
            return Import(ECDsa.Create(), key => key.ImportEncryptedPkcs8PrivateKey(password, data, out _), SigningKey.Of);
        }
        catch (CryptographicException)
        {
            try
            {
                return Import(RSA.Create(), key => key.ImportEncryptedPkcs8PrivateKey(password, data, out _), SigningKey.Of);
            }
            catch (CryptographicException e)
            {
                throw new CryptographicException("Of keys with a password, Ed25519 is read as cosign writes it alone: 'cosign import-key-pair' converts it.", e);
            }
        }
    }

    private static SigningKey Import<T>(T key, Action<T> import, Func<T, SigningKey> make)
        where T : AsymmetricAlgorithm
    {
        try
        {
            import(key);
            return make(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
