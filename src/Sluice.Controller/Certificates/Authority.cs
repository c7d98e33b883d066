using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Controller.Certificates;

/// <summary>A certificate that API servers are told to trust.</summary>
/// <param name="Pem">The certificate as PEM.</param>
/// <param name="Fingerprint">Its SHA-256: what tells one from another.</param>
/// <param name="NotBefore">Since when it is valid.</param>
/// <param name="NotAfter">Until when.</param>
internal sealed record Authority(string Pem, string Fingerprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    public static Authority Of(X509Certificate2 certificate) => new(
        certificate.ExportCertificatePem(), certificate.GetCertHashString(HashAlgorithmName.SHA256),
        certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
}
