using Sluice.Api.Metadata;

namespace Sluice.Api.Bindings;

/// <summary>What the controller found.</summary>
public sealed record GateBindingStatus
{
    /// <summary>The generation of the spec that this status is about; -1 before the first look.</summary>
    public long ObservedGeneration { get; set; } = -1;

    /// <summary>The objects that are behind the binding's gates.</summary>
    public MatchedObjects? Matched { get; init; }

    /// <summary>The conditions: <c>Ready</c>; and <c>BornHeld</c>, only while it is false.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>The condition of a type, or <see langword="null"/>.</summary>
    public Condition? FindCondition(string type) => Conditions?.FirstOrDefault(condition => condition.Type == type);
}
