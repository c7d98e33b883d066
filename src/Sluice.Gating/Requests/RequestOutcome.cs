namespace Sluice.Gating.Requests;

/// <summary>What can come of a request.</summary>
public enum RequestOutcome
{
    /// <summary>It is latched.</summary>
    Taken,

    /// <summary>It is latched, and counts from its receipt, since its stamp lay in the future.</summary>
    Clamped,

    /// <summary>It is latched, and overrides every window until it ends.</summary>
    Overriding,

    /// <summary>It is latched as a plain request, since its override annotation was left behind by an earlier one.</summary>
    NotOverriding,

    /// <summary>It is latched, and its window had passed already: it changes nothing.</summary>
    Expired,

    /// <summary>A later request was there already: it changes nothing.</summary>
    Superseded,

    /// <summary>It cannot be read: it changes nothing.</summary>
    Unreadable,
}
