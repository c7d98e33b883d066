using System.Text;
using System.Text.Json;
using Sluice.Controller.Admission;
using Sluice.Kubernetes;

namespace Sluice.Controller.Certificates;

/// <summary>The Secret with the webhook's certificate, of the type <c>kubernetes.io/tls</c>, as cert-manager writes them.</summary>
internal sealed record CertificateSecret(ObjectKey Key, string Uid, string ResourceVersion, string CertificatePem, string KeyPem, string AuthorityPem) : ICachedObject
{
    public const string Name = "sluice-webhook-certificates";

    public static ApiResource Resource { get; } = new("", "v1", "secrets", "Secret");

    public static CertificateSecret Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var (metadata, data) = (document.RootElement.Member("metadata"), document.RootElement.Member("data"));
        return new(
            new(metadata.Member("namespace").Text() ?? "", metadata.Member("name").Text() ?? ""), metadata.Member("uid").Text() ?? "",
            metadata.Member("resourceVersion").Text() ?? "", Value(data, "tls.crt"), Value(data, "tls.key"), Value(data, "ca.crt"));
    }

    /// <summary>The Secret that holds a newly made certificate; with the version of the one that it replaces, if there is one.</summary>
    public static byte[] Write(string inNamespace, IssuedCertificate issued, string? resourceVersion)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, "v1"u8);
            json.WriteString("kind"u8, "Secret"u8);
            json.WriteStartObject("metadata"u8);
            json.WriteString("name"u8, Name);
            json.WriteString("namespace"u8, inNamespace);
            if (resourceVersion is not null)
            {
                json.WriteString("resourceVersion"u8, resourceVersion);
            }

            json.WriteStartObject("labels"u8);
            json.WriteString("app.kubernetes.io/part-of"u8, "sluice"u8);
            json.WriteEndObject();
            json.WriteEndObject();
            if (resourceVersion is null)
            {
                // The type of a Secret cannot be changed.
                json.WriteString("type"u8, "kubernetes.io/tls"u8);
            }

            json.WriteStartObject("data"u8);
            json.WriteBase64String("tls.crt"u8, Encoding.UTF8.GetBytes(issued.CertificatePem));
            json.WriteBase64String("tls.key"u8, Encoding.UTF8.GetBytes(issued.KeyPem));
            json.WriteBase64String("ca.crt"u8, Encoding.UTF8.GetBytes(issued.AuthorityPem));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    // Not shown when a record is printed: one of them is a key.
    public override string ToString() => $"Secret {Key}";

    private static string Value(JsonElement data, string key) =>
        data.Member(key) is { ValueKind: JsonValueKind.String } value && value.TryGetBytesFromBase64(out var bytes) ? Encoding.UTF8.GetString(bytes) : "";
}
