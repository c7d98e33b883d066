namespace Sluice.Api.Gated;

/// <summary>The annotations on gated objects.</summary>
public static class GatedAnnotations
{
    /// <summary>The gates that the object names: <c>sre-approval,flux-system/maintenance</c>. Set by its owner.</summary>
    public const string Gates = "gating.toolkit.fluxcd.io/gates";

    /// <summary>How many of them must be opened: <c>all</c> (default) or <c>oneOf</c>. Set by its owner.</summary>
    public const string Require = "gating.toolkit.fluxcd.io/require";

    /// <summary>Which gates hold the object, and why. Set by Sluice while it holds it.</summary>
    public const string HeldBy = "gating.toolkit.fluxcd.io/held-by";

    /// <summary>Since when the object is held. Set by Sluice while it holds it.</summary>
    public const string HeldSince = "gating.toolkit.fluxcd.io/held-since";

    /// <summary>Keeps the object suspended when its gates open, for the reason given. Set by a person.</summary>
    public const string KeepSuspended = "gating.toolkit.fluxcd.io/keep-suspended";

    /// <summary>Lets a held object reconcile once: any token, each token once. Set by a person.</summary>
    public const string ReleaseOnce = "gating.toolkit.fluxcd.io/release-once";

    /// <summary>The token for which the object is released now. Set by Sluice while that reconciliation is awaited.</summary>
    public const string ReleasingOnce = "gating.toolkit.fluxcd.io/releasing-once";

    /// <summary>The token that was handled last. Set by Sluice.</summary>
    public const string ReleasedOnce = "gating.toolkit.fluxcd.io/released-once";

    /// <summary>Who suspended the object by Flux Operator's web page: such an object stays suspended, too.</summary>
    public const string SuspendedBy = "fluxcd.controlplane.io/suspendedBy";
}
