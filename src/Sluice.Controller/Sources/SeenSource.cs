using System.Text;
using Sluice.Gating.Gates;

namespace Sluice.Controller.Sources;

/// <summary>What is seen of a source, as far as its candidates go.</summary>
internal sealed record SeenSource
{
    // Half of what a string takes, of what is read once in a while and kept for each source.
    private readonly byte[] _spec = [];

    /// <summary>There is no such source.</summary>
    public static SeenSource Missing(string problem) => new() { Problem = problem };

    /// <summary>Whether it exists.</summary>
    public bool Exists { get; init; }

    /// <summary>The candidate that its artifact and its spec make; <see langword="null"/>: it has no artifact.</summary>
    public Candidate? Shown { get; init; }

    /// <summary>Whether the artifact is of this spec, and good: else the two may not belong together.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>Whether it is suspended: then it offers what is known already, and nothing else.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Why it offers nothing new, for people; <see langword="null"/>: it does.</summary>
    public string? Problem { get; init; }

    /// <summary>Why it can never be pinned as it is; <see langword="null"/>: it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>Its spec as canonical JSON, without <c>suspend</c>.</summary>
    public string Spec
    {
        get => Encoding.UTF8.GetString(_spec);
        init => _spec = Encoding.UTF8.GetBytes(value);
    }

    /// <summary>Its label of Flux's sharding, which its target must have, too.</summary>
    public string? ShardKey { get; init; }

    /// <summary>Who wrote the commit, as the artifact's metadata says; <see langword="null"/>: it does not.</summary>
    public IReadOnlyList<string>? Authors { get; init; }

    /// <summary>
    /// What it offers: what it shows, if that is current; or if that is what is known already, since then the two have been seen to belong together.
    /// </summary>
    public Candidate? Offers(params ReadOnlySpan<Candidate?> known) =>
        Shown is null || Refusal is not null ? null : IsCurrent || known.Contains(Shown) ? Shown : null;
}
