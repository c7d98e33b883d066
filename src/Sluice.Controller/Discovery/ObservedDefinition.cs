using System.Text.Json;
using Sluice.Api.Gated;
using Sluice.Api.Serialization;
using Sluice.Kubernetes;

namespace Sluice.Controller.Discovery;

/// <summary>A custom resource definition, of which only the existence, the version of its spec and what applied it matter.</summary>
internal sealed record ObservedDefinition(ObjectKey Key, string Uid, string ResourceVersion, long Generation, Deployer? DeployedBy) : ICachedObject
{
    public static ObservedDefinition Read(ReadOnlySpan<byte> json)
    {
        var metadata = (JsonSerializer.Deserialize(json, ApiJson.Default.PartialObject) ?? throw new JsonException("Expected a CustomResourceDefinition and found null.")).Metadata;
        return new(new("", metadata.Name), metadata.Uid ?? "", metadata.ResourceVersion ?? "", metadata.Generation ?? 0, Deployer.Read(metadata.Labels));
    }
}
