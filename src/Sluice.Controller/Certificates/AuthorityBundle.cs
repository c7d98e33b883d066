using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sluice.Controller.Certificates;

/// <summary>A list of certificates as PEM, as <c>ca.crt</c> and <c>caBundle</c> hold it.</summary>
internal static class AuthorityBundle
{
    /// <summary>The certificates of a bundle; what is none is left out, since somebody may have put anything there.</summary>
    public static IReadOnlyList<Authority> Read(string pem)
    {
        List<Authority> found = [];
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            if (rest[fields.Label] is not "CERTIFICATE")
            {
                continue;
            }

            try
            {
                using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
                found.Add(Authority.Of(certificate));
            }
            catch (Exception e) when (e is CryptographicException or FormatException)
            {
                // Not a certificate, whatever it says.
            }
        }

        return found;
    }

    /// <summary>Writes a bundle: the newest first, so that every replica writes the same.</summary>
    public static string Write(IEnumerable<Authority> authorities)
    {
        var text = new StringBuilder();
        foreach (var authority in authorities.DistinctBy(authority => authority.Fingerprint)
            .OrderByDescending(authority => authority.NotBefore).ThenBy(authority => authority.Fingerprint, StringComparer.Ordinal))
        {
            text.Append(authority.Pem).Append('\n');
        }

        return text.ToString();
    }
}
