using Sluice.Api.Metadata;
using Sluice.Kubernetes;

namespace Sluice.Controller.Certificates;

/// <summary>
/// Sees to it that there is a certificate for the webhook, that API servers trust it, and that this replica serves it. All replicas do, leader
/// or not; who is first writes, and the others take what they find.
/// </summary>
internal sealed partial class CertificateReconciler(
    KubernetesApi api, string inNamespace, string host, ObjectCache<CertificateSecret> secrets, ObjectCache<WebhookConfiguration> configurations,
    ServedCertificate served, Action<CertificateSecret> observe, TimeProvider time, ILogger<CertificateReconciler> log)
{
    private static readonly ObjectKey ConfigurationKey = new("", WebhookConfiguration.Name);

    private (string ResourceVersion, DateTimeOffset At)? _configurationSeen;
    private volatile string? _notReady = "the Secret and the MutatingWebhookConfiguration of the webhook have not been read yet";

    /// <summary>Why API servers cannot use this replica's webhook yet; null when they can.</summary>
    public string? NotReady => _notReady;

    private ObjectKey SecretKey => new(inNamespace, CertificateSecret.Name);

    /// <summary>Looks, and writes what is to be written, which is nothing when all is as it should be.</summary>
    public async Task<ReconcileResult> ReconcileAsync(CancellationToken cancellation)
    {
        var now = await api.GetServerTimeAsync(cancellation) ?? time.GetUtcNow();
        var secret = secrets.Find(SecretKey);
        var configuration = configurations.Find(ConfigurationKey);
        var state = See(secret, configuration, now);
        if (configuration is { IsCertManagers: true })
        {
            return Serve(state, configuration, now, null);
        }

        var plan = CertificatePlan.Of(state, now);
        try
        {
            if (plan.MakeBecause is { } reason)
            {
                secret = await MakeAsync(secret, reason, now, cancellation);
                observe(secret);
                state = See(secret, configuration, now);
                plan = CertificatePlan.Of(state, now);
                if (plan.MakeBecause is { } still)
                {
                    throw new InvalidOperationException($"A certificate that was just made is not good: {still}.");
                }
            }

            if (configuration is not null && plan.Trust is { } trust)
            {
                await TrustAsync(configuration, trust, cancellation);
            }
        }
        catch (KubernetesApiException e) when (e.IsConflict || e.IsNotFound)
        {
            // Another replica was faster; the watch says what it wrote.
            LogOvertaken(log, e.Message);
            return new() { Retry = true };
        }

        return Serve(state, configuration, now, plan.LookAgain);
    }

    private CertificateState See(CertificateSecret? secret, WebhookConfiguration? configuration, DateTimeOffset now)
    {
        if (configuration is not null && _configurationSeen?.ResourceVersion != configuration.ResourceVersion)
        {
            _configurationSeen = (configuration.ResourceVersion, now);
        }

        StoredCertificate? stored = null;
        var problem = $"there is no Secret {SecretKey}";
        if (secret is not null && !StoredCertificate.TryRead(secret, host, out stored, out var unreadable))
        {
            problem = unreadable;
        }

        return new()
        {
            Stored = stored,
            Problem = problem,
            Served = served.Current?.Authority,
            Trusted = configuration?.TrustedByAny,
            TrustedSince = _configurationSeen?.At ?? now,
        };
    }

    private async Task<CertificateSecret> MakeAsync(CertificateSecret? replaced, string reason, DateTimeOffset now, CancellationToken cancellation)
    {
        LogMaking(log, host, SecretKey, reason);
        var body = CertificateSecret.Write(inNamespace, IssuedCertificate.Make(host, now), replaced?.ResourceVersion);
        var options = new WriteOptions { FieldManager = FieldManagers.Controller };
        return replaced is null
            ? await api.CreateAsync(CertificateSecret.Resource, inNamespace, body, CertificateSecret.Read, options, cancellation)
            : await api.MergePatchAsync(CertificateSecret.Resource, SecretKey, body, options, CertificateSecret.Read, cancellation);
    }

    private async Task TrustAsync(WebhookConfiguration configuration, IReadOnlyList<Authority> trust, CancellationToken cancellation)
    {
        var bundle = AuthorityBundle.Write(trust);
        if (configuration.Bundles.Values.All(present => present == bundle))
        {
            return;
        }

        await api.ApplyAsync(
            WebhookConfiguration.Resource, ConfigurationKey, configuration.WriteBundle(bundle), new(FieldManagers.Controller) { Force = true },
            ObjectDecoders.Ignore, cancellation);
        LogTrusted(log, trust.Count);
    }

    private ReconcileResult Serve(CertificateState state, WebhookConfiguration? configuration, DateTimeOffset now, DateTimeOffset? lookAgain)
    {
        var wait = lookAgain - now;
        if (state.Stored is { } stored)
        {
            var before = served.Current?.Fingerprint;
            if (served.Offer(stored, configuration?.TrustedByAll, now) is { } patience && !(wait < patience))
            {
                wait = patience;
            }

            if (served.Current?.Fingerprint != before)
            {
                LogServing(log, stored.NotAfter);
            }
        }

        _notReady = served.Current is not { } current
            ? $"there is no certificate for the webhook: {state.Problem}"
            : configuration is null || configuration.TrustedByAll.Any(authority => authority.Fingerprint == current.Authority.Fingerprint)
                ? null
                : "MutatingWebhookConfiguration sluice does not trust the certificate of the webhook yet (clientConfig.caBundle)";
        return wait is { } span ? ReconcileResult.After(span > TimeSpan.Zero ? span : TimeSpan.FromSeconds(1)) : ReconcileResult.Done;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "making a certificate for {Host} in Secret {Secret}: {Reason}")]
    private static partial void LogMaking(ILogger log, string host, ObjectKey secret, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "MutatingWebhookConfiguration sluice trusts {Count} authorities now")]
    private static partial void LogTrusted(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "serving a certificate for the webhook that is valid until {NotAfter}")]
    private static partial void LogServing(ILogger log, DateTimeOffset notAfter);

    [LoggerMessage(Level = LogLevel.Debug, Message = "another replica was faster: {Reason}")]
    private static partial void LogOvertaken(ILogger log, string reason);
}
