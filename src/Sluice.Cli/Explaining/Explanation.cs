using System.Collections.Immutable;

namespace Sluice.Cli.Explaining;

/// <summary>Why an object is held, or is not.</summary>
internal sealed record Explanation
{
    /// <summary>The object, as <c>Kustomization apps/my-app</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>How it stands.</summary>
    public required HoldState State { get; init; }

    /// <summary>The answer in a sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>Since when it is held.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Until when it is held, if nobody does anything; null when that is not known.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Every gate that has to do with it.</summary>
    public ImmutableArray<GateFinding> Gates { get; init; } = [];

    /// <summary>What else matters, in sentences.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What the reader can do, the likeliest first.</summary>
    public ImmutableArray<NextStep> Next { get; init; } = [];
}
