using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Sluice.Gating.Signatures;

/// <summary>Public keys as texts: PEM blocks <c>PUBLIC KEY</c> (SubjectPublicKeyInfo, RFC 7468), as cosign and OpenSSL write them.</summary>
public static class PublicKeyPem
{
    /// <summary>The longest text that is read, in characters: many times the longest key.</summary>
    public const int MaxLength = 65_536;

    private const string Label = "PUBLIC KEY";
    private const string Expected = "expected a PEM block 'PUBLIC KEY', as in cosign.pub";

    /// <summary>Reads the keys of a text.</summary>
    /// <param name="text">One PEM block or several, and nothing else.</param>
    /// <param name="name">What messages call the keys; of several, the second is called <c>NAME#2</c>.</param>
    /// <param name="username">The one user whose approvals they sign; <see langword="null"/>: anybody's.</param>
    /// <param name="keys">The keys, at least one.</param>
    /// <param name="problem">Why they cannot be read. It has nothing of the text in it, which could be a secret in the wrong place.</param>
    public static bool TryRead(
        string text, string name, string? username, out ImmutableArray<TrustedKey> keys, [NotNullWhen(false)] out string? problem)
    {
        keys = [];
        problem = null;
        if (text.Length > MaxLength)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"it has {text.Length} characters; expected at most {MaxLength}");
            return false;
        }

        var found = ImmutableArray.CreateBuilder<TrustedKey>();
        var rest = text.AsSpan();
        while (!rest.IsWhiteSpace())
        {
            if (!PemEncoding.TryFind(rest, out var fields) || !rest[..fields.Location.Start.Value].IsWhiteSpace())
            {
                problem = $"it is not a public key in PEM; {Expected}";
                return false;
            }

            var label = rest[fields.Label];
            if (!label.SequenceEqual(Label))
            {
                problem = label.Contains("PRIVATE KEY", StringComparison.Ordinal)
                    ? $"it is a private key, which whoever can read this has now: replace the key; {Expected}"
                    : $"it is a PEM block of another kind; {Expected}";
                return false;
            }

            var called = found.Count == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}#{found.Count + 1}");
            if (!TrustedKey.TryRead(Convert.FromBase64String(rest[fields.Base64Data].ToString()), called, username, out var key, out problem))
            {
                return false;
            }

            found.Add(key);
            rest = rest[fields.Location.End..];
        }

        keys = found.ToImmutable();
        problem = keys.IsEmpty ? $"it is empty; {Expected}" : null;
        return problem is null;
    }
}
