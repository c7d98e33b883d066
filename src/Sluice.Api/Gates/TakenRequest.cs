namespace Sluice.Api.Gates;

/// <summary>A request that was taken already and must not be taken again.</summary>
public sealed record TakenRequest
{
    /// <summary>What was asked for: <c>opened</c> or <c>closed</c>.</summary>
    public required string Target { get; init; }

    /// <summary>The stamp as it was given.</summary>
    public required DateTimeOffset Stamp { get; init; }
}
