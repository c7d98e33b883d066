namespace Sluice.Api.Gates;

/// <summary>What a gate's status keeps of the request that it follows, beside when and who.</summary>
public sealed record LatchedRequest
{
    /// <summary>What was asked for: <c>opened</c> or <c>closed</c>.</summary>
    public required string Target { get; init; }

    /// <summary>The stamp as it was given.</summary>
    public required DateTimeOffset Stamp { get; init; }

    /// <summary>The revision or digest that an open request is limited to.</summary>
    public string? Revision { get; init; }

    /// <summary>Why an open request overrides every window; absent when it does not.</summary>
    public string? Override { get; init; }

    /// <summary>Why, in the words of who asked.</summary>
    public string? Reason { get; init; }
}
