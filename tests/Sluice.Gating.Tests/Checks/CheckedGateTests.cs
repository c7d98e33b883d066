using System.Collections.Immutable;
using CsCheck;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;

namespace Sluice.Gating.Tests.Checks;

/// <summary>Checks can only keep an otherwise opened gate closed, and no answer is not a yes.</summary>
public sealed class CheckedGateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly PrometheusCheck ErrorRate = new("error-rate", new("http://prometheus:9090"), "up", null, 1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10));
    private static readonly HttpCheck Board = new("board", new("https://board.example.org"), "{}", false, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10));
    private static readonly GateRules Rules = new() { Default = GateState.Opened, Checks = [ErrorRate, Board] };

    [Fact]
    public void A_gate_is_opened_while_all_of_its_checks_pass_and_says_until_when_that_is_known()
    {
        var decision = Decide(Yes(ErrorRate, Noon), Yes(Board, Noon.AddMinutes(-1)));
        decision.State.Should().Be(GateState.Opened);
        decision.Message.Should().Be("Gate opened by default");
        decision.Until.Should().Be(Noon.AddSeconds(130), "two intervals and a time-out after the answer it does not count any more");
    }

    [Fact]
    public void One_that_does_not_pass_closes_it_and_is_named()
    {
        var decision = Decide(Yes(ErrorRate, Noon), No(Board, Noon));
        decision.Should().Be(new GateDecision(GateState.Closed, GateReasons.CheckFailed, "Gate kept closed by check 'board': no", GateReasons.CheckFailed, null)
        {
            Until = Noon.AddSeconds(130),
            KeptClosedBy = "check 'board'",
        });
        decision.AdmitsReleases.Should().BeFalse();
    }

    [Fact]
    public void One_that_has_not_been_answered_closes_it() => Decide(Yes(ErrorRate, Noon)).Reason.Should().Be(GateReasons.CheckPending);

    [Fact]
    public void One_that_fails_is_told_before_one_that_has_not_been_answered() => Decide(No(Board, Noon)).Message.Should().Contain("'board'");

    [Theory]
    [InlineData(-131, false)]
    [InlineData(-130, false)]
    [InlineData(-129, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void An_answer_counts_for_two_intervals_and_a_time_out_and_not_before_it_was_given(int seconds, bool counts) =>
        (Decide(Yes(ErrorRate, Noon.AddSeconds(seconds)), Yes(Board, Noon)).State == GateState.Opened).Should().Be(counts);

    [Fact]
    public void An_answer_is_for_what_was_asked_and_for_nothing_else() =>
        GateDecision.Decide(Rules with { Checks = [ErrorRate with { Max = 2 }] }, null, [Yes(ErrorRate, Noon)], null, Noon).Reason.Should().Be(GateReasons.CheckPending);

    [Fact]
    public void A_gate_that_is_closed_anyway_says_why_and_does_not_speak_of_its_checks() =>
        GateDecision.Decide(Rules with { Default = GateState.Closed }, null, [], null, Noon).Should().Be(GateDecision.Decide(Rules with { Default = GateState.Closed }, null, null, Noon));

    [Fact]
    public void A_check_about_candidates_does_not_close_the_gate() =>
        GateDecision.Decide(Rules with { Checks = [Board with { IsAboutCandidate = true }, new ReleasedElsewhere("dev", "dev", "app", TimeSpan.Zero)] }, null, [], null, Noon)
            .State.Should().Be(GateState.Opened);

    [Fact]
    public void An_override_does_not_get_around_a_check()
    {
        var request = new GateRequest { Target = GateState.Opened, Stamp = Noon, RequestedAt = Noon, ResetAt = Noon.AddHours(1), Override = "the house burns" };
        GateDecision.Decide(Rules with { Default = GateState.Closed }, request, [No(ErrorRate, Noon), Yes(Board, Noon)], null, Noon).State.Should().Be(GateState.Closed);
    }

    [Fact]
    public void Whatever_is_answered_a_gate_is_opened_exactly_when_it_is_without_checks_and_the_latest_answer_of_each_is_a_yes_that_counts() =>
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 1], Gen.Int[-900, 60], Gen.Bool).Array[0, 6]).Sample((isOpened, said) =>
        {
            var checks = new AskedCheck[] { ErrorRate, Board };
            var answers = said.OrderBy(one => one.Item2).Select(one => new CheckAnswer(checks[one.Item1], null, one.Item3, "no", Noon.AddSeconds(one.Item2))).ToImmutableArray();
            var rules = Rules with { Default = isOpened ? GateState.Opened : GateState.Closed };
            var expected = isOpened && checks.All(check => said.OrderBy(one => one.Item2)
                .LastOrDefault(one => checks[one.Item1] == check && one.Item2 <= 0 && -one.Item2 < (check == ErrorRate ? 130 : 610)).Item3);
            var decision = GateDecision.Decide(rules, null, answers, null, Noon);
            (decision.State == GateState.Opened).Should().Be(expected);
            if (decision.Until is { } until && until > Noon)
            {
                GateDecision.Decide(rules, null, answers.RemoveAll(answer => answer.At > Noon), null, until.AddTicks(-1)).State.Should().Be(decision.State, "it says so itself");
            }
        });

    private static GateDecision Decide(params ImmutableArray<CheckAnswer> answers) => GateDecision.Decide(Rules, null, answers, null, Noon);

    private static CheckAnswer Yes(AskedCheck check, DateTimeOffset at) => new(check, null, true, "", at);

    private static CheckAnswer No(AskedCheck check, DateTimeOffset at) => new(check, null, false, "no", at);
}
