namespace Sluice.Api.Metadata;

/// <summary>Flux's own annotations that Sluice follows.</summary>
public static class FluxAnnotations
{
    /// <summary>Asks for a reconciliation now: an opaque token, any change of which counts.</summary>
    public const string ReconcileRequestedAt = "reconcile.fluxcd.io/requestedAt";

    /// <summary>The prefix of annotations that the sender of an event copies into its metadata.</summary>
    public const string EventPrefix = "event.toolkit.fluxcd.io/";
}
