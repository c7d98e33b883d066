using Sluice.Gating.Time;

namespace Sluice.Cli.Tests;

/// <summary>The time of the proposal's story.</summary>
internal static class Moment
{
    public static DateTimeOffset Now { get; } = At("2026-03-26T10:17:00Z");

    public static DateTimeOffset At(string text) => Rfc3339.TryParse(text, out var instant) ? instant : throw new FormatException(text);
}
