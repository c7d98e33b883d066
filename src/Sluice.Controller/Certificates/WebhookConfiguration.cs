using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Controller.Admission;
using Sluice.Kubernetes;

namespace Sluice.Controller.Certificates;

/// <summary>The MutatingWebhookConfiguration, as far as certificates and bindings go.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Uid">Its identity.</param>
/// <param name="ResourceVersion">Its version.</param>
/// <param name="IsCertManagers">Whether cert-manager makes the certificate and injects it, so that Sluice must write neither.</param>
/// <param name="Webhooks">The webhooks, by their names.</param>
internal sealed record WebhookConfiguration(ObjectKey Key, string Uid, string ResourceVersion, bool IsCertManagers, IReadOnlyDictionary<string, JsonObject> Webhooks) : ICachedObject
{
    public const string Name = "sluice";

    private const string InjectedByCertManager = "cert-manager.io/inject-ca-from";

    public static ApiResource Resource { get; } =
        new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", Namespaced: false);

    /// <summary>The <c>caBundle</c> of each webhook, by the webhook's name; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Bundles { get; } = Webhooks.ToDictionary(webhook => webhook.Key, webhook => BundleOf(webhook.Value));

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
        var webhooks = root.Member("webhooks").Items().ToDictionary(webhook => webhook.Member("name").Text() ?? "", webhook => JsonObject.Create(webhook.Clone())!);
        var metadata = root.Member("metadata");
        return new(
            new("", metadata.Member("name").Text() ?? ""), metadata.Member("uid").Text() ?? "", metadata.Member("resourceVersion").Text() ?? "",
            root.Annotation(InjectedByCertManager) is not null, webhooks);
    }

    /// <summary>What to apply so that every webhook of the configuration has this bundle: nothing but that, and only to the version that was seen.</summary>
    public byte[] WriteBundle(string bundle) => Write(Bundles.Keys.Select(name => new JsonObject
    {
        ["name"] = name,
        ["clientConfig"] = new JsonObject { ["caBundle"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(bundle)) },
    }));

    /// <summary>What to write of the webhooks, and only to the version that was seen.</summary>
    public byte[] Write(IEnumerable<JsonObject> webhooks)
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
            foreach (var webhook in webhooks)
            {
                webhook.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static string BundleOf(JsonObject webhook)
    {
        var bundle = (string?)webhook["clientConfig"]?["caBundle"] ?? "";
        var bytes = new byte[bundle.Length];
        return Convert.TryFromBase64String(bundle, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }
}
