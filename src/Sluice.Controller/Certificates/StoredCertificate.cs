using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Controller.Certificates;

/// <summary>A certificate that can be served: what the Secret holds, understood.</summary>
/// <param name="Context">The certificate with its key, as TLS takes it.</param>
/// <param name="Authority">The authority that has signed it, from <c>ca.crt</c>.</param>
/// <param name="Fingerprint">The SHA-256 of the certificate.</param>
/// <param name="NotBefore">Since when it is valid.</param>
/// <param name="NotAfter">Until when.</param>
/// <param name="CoversHost">Whether it is for the name by which API servers reach the webhook.</param>
internal sealed record StoredCertificate(
    SslStreamCertificateContext? Context, Authority Authority, string Fingerprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter, bool CoversHost)
{
    /// <summary>Understands a Secret, or says what is wrong with it.</summary>
    /// <param name="secret">The Secret.</param>
    /// <param name="host">The name by which API servers reach the webhook.</param>
    /// <param name="stored">The certificate.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryRead(CertificateSecret secret, string host, [NotNullWhen(true)] out StoredCertificate? stored, [NotNullWhen(false)] out string? problem)
    {
        stored = null;
        problem = null;
        try
        {
            var leaf = X509Certificate2.CreateFromPem(secret.CertificatePem, secret.KeyPem);
            // cert-manager puts intermediate certificates after the first.
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(secret.CertificatePem);
            if (FindAuthority(leaf, chain, secret.AuthorityPem) is not { } authority)
            {
                problem = "the certificate in tls.crt is not signed by an authority in ca.crt";
                return false;
            }

            var context = SslStreamCertificateContext.Create(leaf, [.. chain.Skip(1)], offline: true);
            stored = new(
                context, authority, leaf.GetCertHashString(HashAlgorithmName.SHA256), leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime(),
                leaf.MatchesHostname(host, allowWildcards: false, allowCommonName: false));
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            problem = $"tls.crt and tls.key are not a certificate and its key ({e.Message.TrimEnd('.')})";
            return false;
        }
    }

    // By signature alone: what time it is, is for the plan to say, by the API server's clock.
    private static Authority? FindAuthority(X509Certificate2 leaf, X509Certificate2Collection chain, string authorities)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(authorities);
        using var verified = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
            },
        };
        verified.ChainPolicy.CustomTrustStore.AddRange(roots);
        verified.ChainPolicy.ExtraStore.AddRange(chain);
        return verified.Build(leaf) ? Authority.Of(verified.ChainElements[^1].Certificate) : null;
    }
}
