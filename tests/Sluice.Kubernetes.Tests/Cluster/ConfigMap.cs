using System.Text;
using System.Text.Json;

namespace Sluice.Kubernetes.Tests.Cluster;

/// <summary>A ConfigMap with one entry, <c>value</c>, that counts.</summary>
internal sealed record ConfigMap(ObjectKey Key, string Uid, string ResourceVersion, string? Value, string? Label) : ICachedObject
{
    public static ConfigMap Decode(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(json.ToArray());
        var metadata = document.RootElement.GetProperty("metadata");
        return new ConfigMap(
            new ObjectKey(metadata.GetProperty("namespace").GetString()!, metadata.GetProperty("name").GetString()!),
            metadata.GetProperty("uid").GetString()!,
            metadata.GetProperty("resourceVersion").GetString()!,
            document.RootElement.TryGetProperty("data", out var data) && data.TryGetProperty("value", out var value) ? value.GetString() : null,
            metadata.TryGetProperty("labels", out var labels) && labels.TryGetProperty("app", out var app) ? app.GetString() : null);
    }

    public static ReadOnlyMemory<byte> Body(ObjectKey key, string? value, string? label = null, string? uid = null, string? version = null)
    {
        var metadata = new List<string> { $"\"name\":\"{key.Name}\"", $"\"namespace\":\"{key.Namespace}\"" };
        if (label is not null)
            metadata.Add($$"""
                "labels":{"app":"{{label}}"}
                """);
        if (uid is not null)
            metadata.Add($"\"uid\":\"{uid}\"");
        if (version is not null)
            metadata.Add($"\"resourceVersion\":\"{version}\"");
        var data = value is null ? "" : $",\"data\":{{\"value\":\"{value}\"}}";
        return Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{{string.Join(',', metadata)}}}{data}}}");
    }
}
