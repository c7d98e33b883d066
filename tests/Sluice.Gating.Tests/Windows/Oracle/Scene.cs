using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>A gate with windows and a request, what asks to pass, and the stretch of time in which it is looked at.</summary>
internal sealed record Scene(
    GateState Default, TimeSpan? Margin, NaiveWindow[] Windows, GateRequest? Request, Candidate? Candidate, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>How much further than it is looked at the oracle knows it.</summary>
    private static readonly TimeSpan Outlook = TimeSpan.FromDays(3);

    /// <summary>The product's rules, made anew: nothing is remembered in them.</summary>
    public GateRules Rules() => new() { Default = Default, Margin = Margin, Schedule = new Schedule(Windows.Select(window => window.ToWindow())) };

    public NaiveGate Oracle() => new(this, From, To + Outlook);

    public GateDecision Decide(GateRules rules, DateTimeOffset now) => GateDecision.Decide(rules, Request, Candidate, now);

    public static string Print(Scene scene) =>
        $"{scene.Default} by default, margin {scene.Margin}, from {scene.From:O} to {scene.To:O}, asked by {scene.Candidate}, {scene.Request}\n  "
        + string.Join("\n  ", scene.Windows.AsEnumerable());
}
