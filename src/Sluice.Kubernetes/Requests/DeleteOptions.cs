namespace Sluice.Kubernetes;

/// <summary>How to delete an object.</summary>
public sealed record DeleteOptions
{
    /// <summary>Delete only the object with this uid: not one of the same name that came later. Default null: whichever there is.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only this version. Default null: the latest.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>. Default null: the kind's own.</summary>
    public string? Propagation { get; init; }

    /// <summary>Everything but deleting it. Default false.</summary>
    public bool DryRun { get; init; }
}
