using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gating.Signatures;

/// <summary>The public keys of a gate. With none of them, no signature is valid.</summary>
public sealed class TrustedKeys
{
    /// <summary>Makes them.</summary>
    public TrustedKeys(IEnumerable<TrustedKey> keys)
    {
        All = [.. keys];
        var all = new StringBuilder();
        foreach (var key in All)
        {
            // Lengths first, so that no two lists are written alike.
            foreach (var part in new[] { key.Name, key.Username ?? "", key.Username is null ? "anybody" : "user", Convert.ToBase64String(key.SubjectPublicKeyInfo) })
            {
                all.Append(part.Length).Append(':').Append(part);
            }
        }

        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
    }

    /// <summary>The keys.</summary>
    public ImmutableArray<TrustedKey> All { get; }

    /// <summary>The same for the same keys, names and users: what was found by keys of one fingerprint holds for all that have it.</summary>
    public string Fingerprint { get; }
}
