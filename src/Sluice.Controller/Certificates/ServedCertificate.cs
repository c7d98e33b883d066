using System.Net.Security;
using System.Security.Authentication;

namespace Sluice.Controller.Certificates;

/// <summary>
/// The certificate that this replica serves. A new one is served only when API servers have been told to trust it and have had time to hear of
/// it; connections that stand go on with the old one.
/// </summary>
internal sealed class ServedCertificate(TimeProvider time)
{
    /// <summary>How long API servers have to hear of a change of the configuration. They watch it, so it takes them less than a second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile StoredCertificate? _current;
    private (string Fingerprint, long Since)? _trusted;

    /// <summary>What is served; null when there is nothing yet.</summary>
    public StoredCertificate? Current => _current;

    /// <summary>Offers what the Secret holds. Call it whenever Secret or configuration have changed, from one thread at a time.</summary>
    /// <param name="stored">The certificate.</param>
    /// <param name="trusted">The authorities that API servers are told to trust; null when there is no configuration.</param>
    /// <param name="now">The API server's time.</param>
    /// <returns>When to offer it again, if it is not served yet and only time is wanting; else null.</returns>
    public TimeSpan? Offer(StoredCertificate stored, IReadOnlyList<Authority>? trusted, DateTimeOffset now)
    {
        if (_current is not { } current || trusted is null || current.NotAfter <= now || !current.CoversHost)
        {
            _current = stored;
            return null;
        }

        if (current.Fingerprint == stored.Fingerprint)
        {
            return null;
        }

        if (trusted.All(authority => authority.Fingerprint != stored.Authority.Fingerprint))
        {
            _trusted = null;
            return null;
        }

        if (_trusted?.Fingerprint != stored.Fingerprint)
        {
            _trusted = (stored.Fingerprint, time.GetTimestamp());
        }

        var left = Patience - time.GetElapsedTime(_trusted.Value.Since);
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        _current = stored;
        return null;
    }

    /// <summary>For each handshake.</summary>
    /// <exception cref="AuthenticationException">There is no certificate yet.</exception>
    public SslServerAuthenticationOptions Tls() => new()
    {
        ServerCertificateContext = _current?.Context ?? throw new AuthenticationException("There is no certificate for the webhook yet; /readyz says why."),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };
}
