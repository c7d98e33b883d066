namespace Sluice.Controller.Certificates;

/// <summary>All that is known when it is decided what to do about certificates.</summary>
internal sealed record CertificateState
{
    /// <summary>The certificate in the Secret; null when there is none that can be understood.</summary>
    public StoredCertificate? Stored { get; init; }

    /// <summary>Why there is no <see cref="Stored"/>.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The authority of what this replica serves now; null when it serves nothing yet.</summary>
    public Authority? Served { get; init; }

    /// <summary>The authorities that API servers are told to trust, in the configuration; null when there is no configuration.</summary>
    public IReadOnlyList<Authority>? Trusted { get; init; }

    /// <summary>Since when the configuration has been seen as it is now.</summary>
    public DateTimeOffset TrustedSince { get; init; }
}
