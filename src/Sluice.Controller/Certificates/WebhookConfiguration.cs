using System.Text;
using System.Text.Json;
using Sluice.Controller.Admission;
using Sluice.Kubernetes;

namespace Sluice.Controller.Certificates;

/// <summary>The MutatingWebhookConfiguration, as far as certificates go.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Uid">Its identity.</param>
/// <param name="ResourceVersion">Its version.</param>
/// <param name="IsCertManagers">Whether cert-manager makes the certificate and injects it, so that Sluice must write neither.</param>
/// <param name="Bundles">The <c>caBundle</c> of each webhook, by the webhook's name; empty where there is none.</param>
internal sealed record WebhookConfiguration(ObjectKey Key, string Uid, string ResourceVersion, bool IsCertManagers, IReadOnlyDictionary<string, string> Bundles) : ICachedObject
{
    public const string Name = "sluice";

    private const string InjectedByCertManager = "cert-manager.io/inject-ca-from";

    public static ApiResource Resource { get; } =
        new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", Namespaced: false);

    /// <summary>The authorities that at least one webhook of the configuration trusts.</summary>
    public IReadOnlyList<Authority> TrustedByAny =>
        [.. Bundles.Values.Distinct().SelectMany(AuthorityBundle.Read).DistinctBy(authority => authority.Fingerprint)];

    /// <summary>The authorities that every webhook of the configuration trusts.</summary>
    public IReadOnlyList<Authority> TrustedByAll =>
        [.. Bundles.Values.Distinct().Select(AuthorityBundle.Read).Aggregate((IEnumerable<Authority>?)null, (all, one) => all?.IntersectBy(one.Select(authority => authority.Fingerprint), authority => authority.Fingerprint) ?? one) ?? []];

    public static WebhookConfiguration Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        var bundles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var webhook in root.Member("webhooks").Items())
        {
            var bundle = webhook.Member("clientConfig").Member("caBundle");
            bundles[webhook.Member("name").Text() ?? ""] =
                bundle.ValueKind == JsonValueKind.String && bundle.TryGetBytesFromBase64(out var bytes) ? Encoding.UTF8.GetString(bytes) : "";
        }

        var metadata = root.Member("metadata");
        return new(
            new("", metadata.Member("name").Text() ?? ""), metadata.Member("uid").Text() ?? "", metadata.Member("resourceVersion").Text() ?? "",
            root.Annotation(InjectedByCertManager) is not null, bundles);
    }

    /// <summary>What to apply so that every webhook of the configuration has this bundle: nothing but that, and only to the version that was seen.</summary>
    public byte[] WriteBundle(string bundle)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, Resource.ApiVersion);
            json.WriteString("kind"u8, Resource.Kind);
            json.WriteStartObject("metadata"u8);
            json.WriteString("name"u8, Key.Name);
            json.WriteString("uid"u8, Uid);
            json.WriteString("resourceVersion"u8, ResourceVersion);
            json.WriteEndObject();
            json.WriteStartArray("webhooks"u8);
            foreach (var name in Bundles.Keys)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                json.WriteStartObject("clientConfig"u8);
                json.WriteBase64String("caBundle"u8, Encoding.UTF8.GetBytes(bundle));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }
}
