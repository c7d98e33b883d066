using System.Text.Json;
using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>What the bench's own watcher keeps of a gate or a Kustomization.</summary>
internal sealed record Seen(
    ObjectKey Key, string Uid, string ResourceVersion, bool IsSuspended, string? HeldBy, string? HeldSince, string? Opened) : ICachedObject
{
    public bool IsHeld => IsSuspended && HeldBy is not null;

    public static Seen Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var metadata = document.RootElement.GetProperty("metadata");
        var annotations = metadata.TryGetProperty("annotations", out var some) ? some : default;
        return new(
            new(metadata.GetProperty("namespace").GetString()!, metadata.GetProperty("name").GetString()!),
            metadata.GetProperty("uid").GetString()!,
            metadata.GetProperty("resourceVersion").GetString()!,
            document.RootElement.GetProperty("spec").TryGetProperty("suspend", out var suspend) && suspend.GetBoolean(),
            Annotation(GatedAnnotations.HeldBy),
            Annotation(GatedAnnotations.HeldSince),
            ReadOpened(document.RootElement));

        string? Annotation(string name) => annotations.ValueKind == JsonValueKind.Object && annotations.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    private static string? ReadOpened(JsonElement item) =>
        item.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
            ? conditions.EnumerateArray().Where(condition => condition.GetProperty("type").ValueEquals("Opened"))
                .Select(condition => condition.GetProperty("status").GetString()).FirstOrDefault()
            : null;
}
