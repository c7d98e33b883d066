using Sluice.TestBed;

namespace Sluice.LoadBench;

/// <summary>A controller that is measured. All of them take the same flags, as far as this bench sets them.</summary>
internal sealed record Subject(string Name, string Program, params string[] Arguments)
{
    /// <summary>The product, as <c>dev/publish</c> leaves it.</summary>
    public static Subject Sluice { get; } = new("sluice", RepositoryRoot.Combine("artifacts", "bin", "sluice-controller"));

    /// <summary>The least that a Go controller on client-go can be, as bench/client-go-baseline/build leaves it.</summary>
    public static Subject Baseline { get; } = new("client-go", RepositoryRoot.Combine("artifacts", "bin", "client-go-baseline"));

    /// <summary>The same with a gate's status of the same size as the product's: what the API server does with it is most of a request's way.</summary>
    public static Subject BaselineWithHistory { get; } = new("client-go with history", Baseline.Program, "--history");
}
