namespace Sluice.Api.Metadata;

/// <summary>Flux's own labels that Sluice follows.</summary>
public static class FluxLabels
{
    /// <summary>Which shard of Flux's controllers an object belongs to.</summary>
    public const string Shard = "sharding.fluxcd.io/key";
}
