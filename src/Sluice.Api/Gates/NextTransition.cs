namespace Sluice.Api.Gates;

/// <summary>A change of state that is known ahead: what is announced is what happens.</summary>
public sealed record NextTransition
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>To which state: <c>opened</c> or <c>closed</c>.</summary>
    public required string To { get; init; }

    /// <summary>Why, as one CamelCase word.</summary>
    public required string Reason { get; init; }
}
