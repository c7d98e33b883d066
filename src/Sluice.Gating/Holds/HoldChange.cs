namespace Sluice.Gating.Holds;

/// <summary>What a write does to an object, in the words of the person who looks at it.</summary>
public enum HoldChange
{
    /// <summary>Nothing is to be written.</summary>
    None,

    /// <summary>The object is held from now on.</summary>
    Hold,

    /// <summary>Somebody lifted the hold, and it is put back.</summary>
    Reassert,

    /// <summary>The object stays as it is; what is written on it is brought up to date.</summary>
    Relabel,

    /// <summary>The hold is given up.</summary>
    Release,

    /// <summary>The hold ends, and the object stays suspended, since a person wants it so.</summary>
    Keep,

    /// <summary>The object is let go for one reconciliation.</summary>
    ReleaseOnce,

    /// <summary>The object was to be let go for one reconciliation, and is not, since somebody else keeps it suspended: what asked for that is used up.</summary>
    RefuseOnce,

    /// <summary>That reconciliation is over, and the object is held again.</summary>
    HoldAgain,
}
