using System.Collections.ObjectModel;
using Sluice.Controller.Gated;

namespace Sluice.Controller.Sources;

/// <summary>What is seen of a target.</summary>
internal sealed record SeenTarget
{
    /// <summary>There is none.</summary>
    public static SeenTarget Missing { get; } = new();

    /// <summary>Whether it exists.</summary>
    public bool Exists { get; init; }

    /// <summary>Whether there may be one all the same, though the API server says that there is none: the watch has it.</summary>
    public bool MayExist { get; init; }

    /// <summary>Its identity.</summary>
    public string Uid { get; init; } = "";

    /// <summary>Its version.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>The gated source that it belongs to, as it says; null: it is somebody else's object.</summary>
    public string? Owner { get; init; }

    /// <summary>The digest of its spec as canonical JSON, without <c>suspend</c>.</summary>
    public string SpecDigest { get; init; } = "";

    /// <summary>What it is pinned at, see <see cref="PinnedSpec.PinOf"/>; null: at nothing.</summary>
    public string? Pin { get; init; }

    /// <summary>Whether source-controller has seen its present spec.</summary>
    public bool IsObserved { get; init; }

    /// <summary>The revision of its artifact, if that is of its present spec.</summary>
    public string? Revision { get; init; }

    /// <summary>The digest of that.</summary>
    public string? Digest { get; init; }

    /// <summary>Whether it is ready with that, of its present spec.</summary>
    public bool IsReady { get; init; }

    /// <summary>Why it is not ready, as its own condition says; null: it is, or that is not known yet.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether it is suspended: then source-controller observes its generations and fetches nothing for them, so what it has may be of an earlier spec.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>The gates that hold it, as they are written on it; null: none does.</summary>
    public string? HeldBy { get; init; }

    /// <summary>By the digests of the specs that it may be made from: what such a spec includes that is not the target of a gated source.</summary>
    public IReadOnlyDictionary<string, GatedKey> Loose { get; init; } = ReadOnlyDictionary<string, GatedKey>.Empty;

    /// <summary>By the same: what such a spec includes that is itself made of the source.</summary>
    public IReadOnlyDictionary<string, GatedKey> Circular { get; init; } = ReadOnlyDictionary<string, GatedKey>.Empty;

    /// <summary>Whether somebody deletes it.</summary>
    public bool IsDeleting { get; init; }
}
