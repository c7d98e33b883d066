using System.Text.Json;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>What the bench's own watcher keeps of a GatedSource.</summary>
internal sealed record SeenRelease(ObjectKey Key, string Uid, string ResourceVersion, CandidateStatus? Candidate, string? Released) : ICachedObject
{
    public static SeenRelease Read(ReadOnlySpan<byte> json)
    {
        var source = JsonSerializer.Deserialize(json, ApiJson.Default.GatedSource)!;
        return new(
            new(source.Metadata.Namespace!, source.Metadata.Name), source.Metadata.Uid!, source.Metadata.ResourceVersion!,
            source.Status?.Candidate is { } candidate ? candidate with { Gates = null, Approvals = null } : null, source.Status?.Released?.Revision);
    }
}
