namespace Sluice.Api.Sources;

/// <summary>The annotations on gated sources and on their targets.</summary>
public static class GatedSourceAnnotations
{
    /// <summary>The revision or digest, in full, of an earlier release to go back to. Set by a person.</summary>
    public const string RollbackTo = "gating.toolkit.fluxcd.io/rollback-to";

    /// <summary>When that is asked for: any text, each once. Set by a person.</summary>
    public const string RollbackRequestedAt = "gating.toolkit.fluxcd.io/rollback-requestedAt";

    /// <summary>Who asks: admission lets nobody claim to be another. Set by a person.</summary>
    public const string RollbackRequestedBy = "gating.toolkit.fluxcd.io/rollback-requestedBy";

    /// <summary>On a target: the gated source that it belongs to. Set by Sluice.</summary>
    public const string GatedSource = "gating.toolkit.fluxcd.io/gated-source";
}
