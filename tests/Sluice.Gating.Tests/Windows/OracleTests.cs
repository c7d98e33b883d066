using CsCheck;
using Sluice.Gating.Gates;
using Sluice.Gating.Tests.Windows.Oracle;

namespace Sluice.Gating.Tests.Windows;

/// <summary>The product and the oracle, which share no logic, agree at every minute of random gates, and beside each boundary.</summary>
public sealed class OracleTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact]
    public void The_decision_is_what_the_contract_says_worked_out_minute_by_minute() => Scenes.Any.Sample(
        scene =>
        {
            var (oracle, rules) = (scene.Oracle(), scene.Rules());
            var odd = 1;
            for (var minute = scene.From; minute < scene.To; minute = minute.AddMinutes(1))
            {
                Agree(scene, oracle, rules, minute);
                odd = (odd * 7 + 3) % 60;
                Agree(scene, oracle, rules, minute.AddSeconds(odd));
            }

            foreach (var boundary in oracle.Moments.Select(moment => moment.From).Where(at => scene.From < at && at < scene.To).Take(500))
            {
                Agree(scene, oracle, rules, boundary - Tick);
                Agree(scene, oracle, rules, boundary);
                Agree(scene, oracle, rules, boundary + Tick);
            }
        },
        iter: 2500,
        print: Scene.Print);

    private static void Agree(Scene scene, NaiveGate oracle, GateRules rules, DateTimeOffset now)
    {
        var (decision, expected, next) = (scene.Decide(rules, now), oracle[now], oracle.Next(now));
        if (decision.State != expected.State)
        {
            Fail($"it is {expected}");
        }

        // What lies beyond the end of the oracle's time line it cannot know.
        var announced = decision.Next?.At < oracle.Until ? decision.Next : null;
        if (announced != next)
        {
            Fail($"the next transition is {next}");
        }

        var closesByWindow = decision.Next is { Reason: "OpenWindowEnded" or "CloseWindowStarted" };
        var closesSoon = expected.State == GateState.Opened && closesByWindow && scene.Margin is { } margin && now >= decision.Next!.At - margin;
        if (decision.AdmitsReleases != (expected.State == GateState.Opened && !closesSoon))
        {
            Fail($"a release is {(decision.AdmitsReleases ? "not " : "")}admitted");
        }

        var reason = closesSoon ? "ClosingSoon" : Reason(scene, expected);
        if (decision.Reason != reason)
        {
            Fail($"the reason is {reason}");
        }

        if (expected.Window is { } window && !decision.Message.Contains($" by window '{window}'", StringComparison.Ordinal))
        {
            Fail($"the window is {window}");
        }

        void Fail(string what) => Assert.Fail($"at {now:O} the product says {decision}; by the contract {what}");
    }

    private static string Reason(Scene scene, NaiveMoment expected) => expected.Say switch
    {
        NaiveSay.Override or NaiveSay.Request when scene.Request is { Target: GateState.Opened } && expected.State == GateState.Closed => "OpenedForRevision",
        NaiveSay.Override => "Overridden",
        NaiveSay.CloseWindow => "CloseWindow",
        NaiveSay.OpenWindow => "OpenWindow",
        _ => "ReconciliationSucceeded",
    };
}
