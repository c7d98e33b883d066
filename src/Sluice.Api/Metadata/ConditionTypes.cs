namespace Sluice.Api.Metadata;

/// <summary>The condition types that Sluice writes or reads, with their kstatus meaning.</summary>
public static class ConditionTypes
{
    /// <summary>The object was dealt with. A closed gate is ready.</summary>
    public const string Ready = nameof(Ready);

    /// <summary>A reconciliation goes on; present only while true.</summary>
    public const string Reconciling = nameof(Reconciling);

    /// <summary>Nothing happens until a person changes something; present only while true.</summary>
    public const string Stalled = nameof(Stalled);

    /// <summary>Whether a gate is opened.</summary>
    public const string Opened = nameof(Opened);

    /// <summary>Whether what is released has been deployed and is ready.</summary>
    public const string Healthy = nameof(Healthy);

    /// <summary>Whether what a binding selects is held from birth; present only while false.</summary>
    public const string BornHeld = nameof(BornHeld);

    /// <summary>Whether a gated object's gates let it pass.</summary>
    public const string Approved = nameof(Approved);
}
