using Sluice.Gating.Gates;

namespace Sluice.Cli.Scheduling;

/// <summary>A stretch of time in which a gate is opened: <c>[Start, End)</c>.</summary>
/// <param name="Start">Its first instant.</param>
/// <param name="Closing">The transition that ends it; null: nothing does.</param>
internal readonly record struct OpenedStretch(DateTimeOffset Start, Transition? Closing)
{
    /// <summary>The first instant after it; null: it has no end.</summary>
    public DateTimeOffset? End => Closing?.At;
}
