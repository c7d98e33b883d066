namespace Sluice.Api.Gates;

/// <summary>A change of state that happened, or a request that was taken and changes none.</summary>
public sealed record TransitionRecord
{
    /// <summary>When: the announced instant for a transition that was announced, else when it was seen.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>To which state: <c>opened</c> or <c>closed</c>; where it did not change, which it is.</summary>
    public required string To { get; init; }

    /// <summary>Why, as one CamelCase word.</summary>
    public required string Reason { get; init; }

    /// <summary>Who caused it, as far as that is known.</summary>
    public string? By { get; init; }

    /// <summary>What the gate said, with the reason that was given for a request.</summary>
    public string? Message { get; init; }
}
