using System.Text.Json;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>What the bench's own watcher keeps of a gate or a Kustomization.</summary>
internal sealed record Seen(ObjectKey Key, string Uid, string ResourceVersion, bool IsSuspended, bool IsHeld, string? Opened) : ICachedObject
{
    public static Seen Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var metadata = document.RootElement.GetProperty("metadata");
        var isSuspended = document.RootElement.GetProperty("spec").TryGetProperty("suspend", out var suspend) && suspend.GetBoolean();
        var isHeld = metadata.TryGetProperty("annotations", out var annotations) && annotations.TryGetProperty("gating.toolkit.fluxcd.io/held-by", out _);
        string? opened = null;
        if (document.RootElement.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions))
        {
            foreach (var condition in conditions.EnumerateArray())
            {
                if (condition.GetProperty("type").GetString() == "Opened")
                {
                    opened = condition.GetProperty("status").GetString();
                }
            }
        }

        return new(
            new(metadata.GetProperty("namespace").GetString()!, metadata.GetProperty("name").GetString()!),
            metadata.GetProperty("uid").GetString()!, metadata.GetProperty("resourceVersion").GetString()!, isSuspended, isHeld, opened);
    }
}
