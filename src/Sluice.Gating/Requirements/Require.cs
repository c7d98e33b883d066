namespace Sluice.Gating.Requirements;

/// <summary>How many gates of a group must be opened.</summary>
public enum Require
{
    /// <summary>Every one. The default.</summary>
    All,

    /// <summary>At least one: a bypass gate beside the others.</summary>
    OneOf,
}
