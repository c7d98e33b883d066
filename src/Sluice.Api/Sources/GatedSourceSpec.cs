using Sluice.Api.Bindings;
using Sluice.Api.Gates;

namespace Sluice.Api.Sources;

/// <summary>Which source waits at which gates, and what it becomes.</summary>
public sealed record GatedSourceSpec
{
    /// <summary>The value of <see cref="Initial"/> that lets the first revision through.</summary>
    public const string InitialRelease = "release";

    /// <summary>The source. It is watched, and never changed.</summary>
    public SourceReference SourceRef { get; set; } = new();

    /// <summary>The object that Flux objects point at: of the source's kind, in the same namespace, pinned at what was released last.</summary>
    public SourceTarget Target { get; set; } = new();

    /// <summary>The gates. One that is missing or not accessible holds.</summary>
    public IReadOnlyList<BoundGate> Gates { get; set; } = [];

    /// <summary>How many of them must be opened: <c>all</c> (default) or <c>oneOf</c>.</summary>
    public string? Require { get; init; }

    /// <summary>The namespaces whose gates may ask what this has released, for a check. Unset: none but its own.</summary>
    public AccessFrom? AccessFrom { get; init; }

    /// <summary>What happens to the first revision: <c>hold</c> (default), or <c>release</c> without asking the gates.</summary>
    public string? Initial { get; init; }
}
