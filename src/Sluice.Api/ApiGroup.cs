namespace Sluice.Api;

/// <summary>The group and version of Sluice's own kinds.</summary>
public static class ApiGroup
{
    /// <summary>The group, from Flux's own proposal.</summary>
    public const string Name = "gating.toolkit.fluxcd.io";

    /// <summary>The version.</summary>
    public const string Version = "v1alpha1";

    /// <summary>Group and version, as objects carry them.</summary>
    public const string ApiVersion = $"{Name}/{Version}";
}
