using Sluice.Gating.Gates;

namespace Sluice.Gating.Tests.Stories;

/// <summary>One thing that happens to a gate, or around it.</summary>
internal abstract record Step
{
    /// <summary>An annotation is set; <paramref name="Stamp"/> is <see langword="null"/> for one that cannot be read.</summary>
    internal sealed record Annotate(GateState Asks, DateTimeOffset? Stamp, string Text, string? Revision) : Step;

    /// <summary>An annotation vanishes.</summary>
    internal sealed record Vanish(GateState Asks) : Step;

    /// <summary>The spec changes.</summary>
    internal sealed record Change(GateRules Rules) : Step;

    /// <summary>The clock shows another time, forwards or backwards.</summary>
    internal sealed record Clock(DateTimeOffset Now) : Step;

    /// <summary>The controller loses its memory but for what was kept in status.</summary>
    internal sealed record Restart : Step;

    /// <summary>The controller looks at the gate, for one candidate or none.</summary>
    internal sealed record Look(Candidate? Candidate) : Step;
}
