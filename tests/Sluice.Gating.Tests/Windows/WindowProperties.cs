using CsCheck;
using Sluice.Gating.Gates;
using Sluice.Gating.Tests.Windows.Oracle;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows;

/// <summary>What holds for every gate with windows, whatever they are.</summary>
public sealed class WindowProperties
{
    private const int Scenes = 250;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private static readonly double[] Parts = [0, 0.31, 0.77];

    /// <summary>A scene, and numbers to choose instants by.</summary>
    private static readonly Gen<(Scene Scene, int[] Choices)> Looks = Gen.Select(Oracle.Scenes.Any, Gen.Int[0, int.MaxValue].Array[20]);

    [Fact]
    public void What_is_announced_is_what_happens_and_not_a_tick_before() => Oracle.Scenes.Any.Sample(
        scene =>
        {
            var oracle = scene.Oracle();
            var now = scene.From;
            for (var seen = 0; seen < 60 && scene.Decide(scene.Rules(), now) is { Next: { } next } decision && next.At < scene.To; seen++)
            {
                next.At.Should().BeAfter(now);
                next.To.Should().NotBe(decision.State);
                oracle.Next(now).Should().Be(next, "nothing changes between {0:O} and then", now);
                State(next.At).Should().Be(next.To, "that was announced for {0:O}", next.At);
                State(next.At - Tick).Should().Be(decision.State, "a tick before {0:O}", next.At);
                State(next.At - now > Second ? next.At - Second : now).Should().Be(decision.State, "a second before {0:O}", next.At);
                now = next.At;
            }

            GateState State(DateTimeOffset instant) => scene.Decide(scene.Rules(), instant).State;
        },
        iter: Scenes,
        print: Scene.Print);

    [Fact]
    public void What_the_gate_says_stays_the_same_to_the_word_until_it_is_said_to_change() => Looks.Sample(
        look =>
        {
            var scene = look.Scene;
            foreach (var now in Instants(scene, scene.Oracle(), look.Choices))
            {
                var decision = scene.Decide(scene.Rules(), now);
                var until = decision.Until ?? scene.To;
                foreach (var part in Parts)
                {
                    var later = now.AddTicks((long)((until - now).Ticks * part));
                    Said(scene.Decide(scene.Rules(), later)).Should().Be(Said(decision), "it was said at {0:O}, and {1:O} is before {2:O}", now, later, decision.Until);
                }

                if (decision.Until is { } end)
                {
                    end.Should().BeAfter(now);
                    Said(scene.Decide(scene.Rules(), end - Tick)).Should().Be(Said(decision), "it was said at {0:O} until {1:O}", now, end);
                }
            }
        },
        iter: Scenes / 2,
        print: look => Scene.Print(look.Scene));

    [Fact]
    public void The_forecast_is_every_transition_that_then_happens() => Oracle.Scenes.Any.Sample(
        scene =>
        {
            var forAll = scene with { Candidate = null };
            Forecast.From(forAll.Rules(), forAll.Request, forAll.From).TakeWhile(next => next.At < forAll.To)
                .Should().Equal(forAll.Oracle().Transitions.Where(next => next.At < forAll.To));
        },
        iter: Scenes,
        print: Scene.Print);

    [Fact]
    public void A_decision_is_the_same_whatever_was_asked_before_and_from_whatever_thread() => Looks.Sample(
        look =>
        {
            var scene = look.Scene;
            var asked = Instants(scene, scene.Oracle(), look.Choices).ToList();
            var expected = asked.ConvertAll(now => Said(scene.Decide(scene.Rules(), now)));
            var shared = scene.Rules();
            asked.ConvertAll(now => Said(scene.Decide(shared, now))).Should().Equal(expected);
            var threads = new GateDecision[4][];
            Parallel.For(0, threads.Length, thread =>
            {
                threads[thread] = new GateDecision[asked.Count];
                for (var i = 0; i < asked.Count; i++)
                {
                    var which = (i * 7 + thread * 5) % asked.Count;
                    threads[thread][which] = Said(scene.Decide(shared, asked[which]));
                }
            });
            threads.Should().AllSatisfy(thread => thread.Should().Equal(expected));
        },
        iter: Scenes / 2,
        print: look => Scene.Print(look.Scene));

    [Fact]
    public void A_window_that_is_past_changes_nothing() => Looks.Sample(
        look =>
        {
            var scene = look.Scene;
            var actions = new[] { WindowAction.Open, WindowAction.Close };
            var more = scene with { Windows = [.. actions.Select(action => NaiveWindow.OneOff("past", action, scene.From.AddDays(-9), TimeSpan.FromDays(9))), .. scene.Windows] };
            foreach (var now in Instants(scene, scene.Oracle(), look.Choices))
            {
                Said(more.Decide(more.Rules(), now)).Should().Be(Said(scene.Decide(scene.Rules(), now)), "at {0:O} the windows 'past' are over", now);
            }
        },
        iter: Scenes / 2,
        print: look => Scene.Print(look.Scene));

    [Fact]
    public void A_close_window_more_opens_no_gate_and_closes_every_gate_that_is_not_overridden() => Gen.Select(Looks, Oracle.Scenes.Any).Sample(
        (look, other) =>
        {
            var scene = look.Scene;
            var close = other.Windows[0] with { Action = WindowAction.Close, Name = "more" };
            var more = scene with { Windows = [.. scene.Windows, close] };
            var stretches = close.Stretches(scene.From, scene.To);
            foreach (var now in Instants(more, more.Oracle(), look.Choices))
            {
                var (before, after) = (scene.Decide(scene.Rules(), now), more.Decide(more.Rules(), now));
                var isActive = stretches.Exists(stretch => stretch.Start <= now && now < stretch.End);
                var isOverridden = scene.Request is { Override: not null, ResetAt: { } end } && now < end;
                after.State.Should().Be(isActive && !isOverridden ? GateState.Closed : before.State, "at {0:O}, with {1}", now, close);
            }
        },
        iter: Scenes / 2,
        print: looks => $"{Scene.Print(looks.Item1.Scene)}\n  and {looks.Item2.Windows[0]}");

    [Fact]
    public void A_window_that_is_not_active_does_not_change_the_state() => Gen.Select(Looks, Oracle.Scenes.Any).Sample(
        (look, other) =>
        {
            var scene = look.Scene;
            var window = other.Windows[0] with { Name = "more" };
            var more = scene with { Windows = [window, .. scene.Windows] };
            var stretches = window.Stretches(scene.From, scene.To);
            foreach (var now in Instants(more, more.Oracle(), look.Choices).Where(now => !stretches.Exists(stretch => stretch.Start <= now && now < stretch.End)))
            {
                more.Decide(more.Rules(), now).State.Should().Be(scene.Decide(scene.Rules(), now).State, "at {0:O}, without {1}", now, window);
            }
        },
        iter: Scenes / 2,
        print: looks => $"{Scene.Print(looks.Item1.Scene)}\n  and {looks.Item2.Windows[0]}");

    /// <summary>All but when to ask again: a run of very many starts is followed for a while only, from wherever it is asked for.</summary>
    private static GateDecision Said(GateDecision decision) => decision with { Until = null };

    /// <summary>Instants in the order that chance gives them, half of them at or beside a boundary.</summary>
    private static IEnumerable<DateTimeOffset> Instants(Scene scene, NaiveGate oracle, int[] choices)
    {
        var boundaries = oracle.Moments.Select(moment => moment.From).Where(at => scene.From < at && at < scene.To).Append(scene.From.AddMinutes(1)).ToList();
        return choices.Select(choice => (choice % 6) switch
        {
            0 => boundaries[choice / 6 % boundaries.Count],
            1 => boundaries[choice / 6 % boundaries.Count] - Tick,
            2 => boundaries[choice / 6 % boundaries.Count] + Tick,
            _ => scene.From.AddSeconds(choice / 6 % (int)(scene.To - scene.From).TotalSeconds),
        });
    }
}
