namespace Sluice.Controller.Certificates;

/// <summary>What to do about the webhook's certificate, where cert-manager does not do it.</summary>
/// <param name="MakeBecause">Why a new certificate is to be made; null when the stored one is good. What else the plan says waits for it.</param>
/// <param name="Trust">The authorities that the configuration should name; null when there is no configuration.</param>
/// <param name="LookAgain">When something is to be done next, if nothing happens before.</param>
/// <remarks>
/// All replicas decide this, each by itself, by the API server's clock: it is the one by which certificates are judged, and a replica whose own
/// clock is wrong does not come to think that everybody else's certificate is expired.
/// Each certificate has an authority of its own. API servers are told to trust a new one before any replica serves its certificate, and go on
/// trusting the old one for longer than any replica can still serve that. Nobody takes away an authority that is newer than the one it knows.
/// </remarks>
internal sealed record CertificatePlan(string? MakeBecause, IReadOnlyList<Authority>? Trust, DateTimeOffset LookAgain)
{
    /// <summary>How long a certificate is valid from its making on.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>How long before its making it begins, for API servers whose clocks are behind.</summary>
    public static readonly TimeSpan BackDated = TimeSpan.FromDays(1);

    /// <summary>How long before its end it is replaced.</summary>
    public static readonly TimeSpan Early = TimeSpan.FromDays(120);

    /// <summary>How long an older authority is trusted after a new one was made.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    /// <summary>How long a configuration must have been as it is before anything is taken out of it, so that replicas that know different things cannot undo each other's writes in haste.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromHours(1);

    /// <summary>How many authorities are trusted beside the stored one and the served one: a Secret that is deleted again and again must not fill the configuration.</summary>
    public const int MostOthers = 8;

    /// <summary>Decides. A pure function, level-triggered: it looks at what is, not at what happened.</summary>
    /// <param name="seen">What is seen.</param>
    /// <param name="now">The API server's time.</param>
    public static CertificatePlan Of(CertificateState seen, DateTimeOffset now)
    {
        var stored = seen.Stored;
        if (stored is null || WhyNot(stored, now) is not null)
        {
            return new(stored is null ? seen.Problem : WhyNot(stored, now), null, now);
        }

        var replace = stored.NotAfter - Early;
        if (seen.Trusted is not { } trusted)
        {
            return new(null, null, replace);
        }

        var retire = Later(stored.Authority.NotBefore + BackDated + Overlap, seen.TrustedSince + Rest);
        var kept = trusted.Where(authority => authority.NotAfter > now && (now < retire || authority.NotBefore >= stored.Authority.NotBefore))
            .OrderByDescending(authority => authority.NotBefore).Take(MostOthers);
        var trust = kept.Append(stored.Authority).Concat(seen.Served is { } served && served.NotAfter > now ? [served] : []).DistinctBy(authority => authority.Fingerprint).ToList();
        var older = trust.Any(authority => authority.NotBefore < stored.Authority.NotBefore);
        return new(null, trust, older && now < retire && retire < replace ? retire : replace);
    }

    private static string? WhyNot(StoredCertificate stored, DateTimeOffset now) =>
        !stored.CoversHost ? "the certificate is for another host than --webhook-host"
        : stored.NotBefore > now ? $"the certificate is valid only from {stored.NotBefore:u} on"
        : stored.NotAfter - Early <= now ? $"the certificate is valid only until {stored.NotAfter:u}"
        : null;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
