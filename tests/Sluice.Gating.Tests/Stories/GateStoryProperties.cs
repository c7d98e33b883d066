using CsCheck;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;

namespace Sluice.Gating.Tests.Stories;

/// <summary>
/// What holds in every story of a gate: random requests with stamps in the past, the present and the future, unreadable ones, annotations delivered again and
/// vanishing, specs that change, clocks that jump, and restarts.
/// </summary>
public sealed class GateStoryProperties
{
    private const int Stories = 10_000;

    [Fact]
    public void The_decision_is_what_the_contract_says_read_naively_from_all_requests_ever_received() =>
        Always(Story.Any, moment =>
        {
            var (rules, candidate, now) = (moment.Rules, moment.Candidate, moment.Now);
            var expected = moment.Reading.State(rules, candidate, now);
            moment.Expect(moment.Decision.State == expected, () => $"expected {expected}, seen {moment.Decision.State}");
            var next = moment.Reading.Next(rules, candidate, now);
            moment.Expect(
                (moment.Decision.Next?.At, moment.Decision.Next?.To) == (next?.At, next?.To), () => $"expected the next transition to be {next}, seen {moment.Decision.Next}");
            var followed = moment.Reading.Followed;
            moment.Expect(
                (followed?.Asks, followed?.RequestedAt, followed?.Revision) == (moment.After.Current?.Target, moment.After.Current?.RequestedAt, moment.After.Current?.Revision),
                () => $"expected the gate to follow {followed}");
            var end = followed?.End == DateTimeOffset.MaxValue ? null : followed?.End;
            moment.Expect(moment.After.Current?.ResetAt == end, () => $"expected resetToDefaultAt {end:O}");
            if (rules.Fault is null && moment.Reading.Text(rules, candidate, now) is { } text)
            {
                moment.Expect(moment.Decision.Message == text, () => $"expected '{text}'");
                moment.Expect(moment.Decision.Reason == "ReconciliationSucceeded", () => "expected the proposal's reason");
            }
        });

    [Fact]
    public void The_decision_depends_on_its_inputs_only_and_a_second_look_finds_nothing_new() =>
        Always(Story.Any, moment =>
        {
            var again = RequestLatch.Take(moment.After, moment.Annotations, moment.Rules, moment.Now);
            moment.Expect(again.Notices.IsEmpty, () => $"a second look noticed {string.Join(", ", again.Notices)}");
            moment.Expect(again.Latched == moment.After, () => $"a second look latched {again.Latched.Current}");
            moment.Expect(again.Unreadable == moment.Result.Unreadable, () => $"a second look reported '{again.Unreadable}' instead of '{moment.Result.Unreadable}'");
            moment.Expect(moment.Decision == moment.DecideAt(moment.Now), () => "a second decision differs");

            var replayed = RequestLatch.Take(moment.Before, moment.Annotations, moment.Rules, moment.Now);
            moment.Expect(Telling.Written(replayed.Latched) == Telling.Written(moment.After), () => $"the same look replayed latched {replayed.Latched.Current}");
            moment.Expect(replayed.Notices.SequenceEqual(moment.Result.Notices), () => "the same look replayed noticed something else");
        });

    [Fact]
    public void A_look_that_is_never_saved_and_made_again_after_a_restart_comes_to_the_same() =>
        Always(Story.Any, moment =>
        {
            var retried = RequestLatch.Take(Telling.Restarted(moment.Before), moment.Annotations, moment.Rules, moment.Now);
            moment.Expect(Telling.Written(retried.Latched) == Telling.Written(moment.After), () => $"the retry latched {retried.Latched.Current}");
            moment.Expect(retried.Notices.SequenceEqual(moment.Result.Notices), () => "the retry noticed something else");
        });

    [Fact]
    public void A_controller_that_restarts_before_every_look_decides_like_one_that_never_does() =>
        Story.Any.Sample(
            story =>
            {
                var steady = new List<(GateDecision, string, int)>();
                var restarted = new List<(GateDecision, string, int)>();
                story.Tell(moment => steady.Add((moment.Decision, Telling.Written(moment.After), moment.Result.Notices.Length)));
                story.Tell(moment => restarted.Add((moment.Decision, Telling.Written(moment.After), moment.Result.Notices.Length)), forgetBeforeEveryLook: true);
                restarted.Should().Equal(steady);
            },
            iter: Stories / 2,
            print: Story.Print);

    [Fact]
    public void No_request_is_applied_twice() =>
        Story.Any.Sample(
            story =>
            {
                var applied = new HashSet<(GateState, DateTimeOffset)>();
                story.Tell(moment =>
                {
                    foreach (var notice in moment.Result.Notices.Where(n => n.Outcome is RequestOutcome.Taken or RequestOutcome.Clamped or RequestOutcome.Expired))
                    {
                        var stamp = notice.Target == GateState.Opened ? moment.Annotations.OpenRequestedAt! : moment.Annotations.CloseRequestedAt!;
                        moment.Expect(applied.Add((notice.Target, DateTimeOffset.Parse(stamp, null))), () => $"the request was applied before: {notice.Message}");
                    }
                });
            },
            iter: Stories,
            print: Story.Print);

    [Fact]
    public void Looking_changes_the_state_only_by_a_request_that_asks_for_it() =>
        Always(Story.Any, moment =>
        {
            if (moment.DecisionBefore.State == moment.Decision.State)
            {
                return;
            }

            var taken = moment.Result.Notices.Where(n => n.Outcome is RequestOutcome.Taken or RequestOutcome.Clamped).Select(n => n.Target).ToList();
            var forOneRevision = moment.After.Current?.Revision is not null;
            moment.Expect(
                taken.Contains(moment.Decision.State) || moment.Decision.State == GateState.Closed && taken.Contains(GateState.Opened) && forOneRevision,
                () => $"the look turned {moment.DecisionBefore.State} into {moment.Decision.State}, and took [{string.Join(", ", taken)}]");
        });

    [Fact]
    public void A_closed_gate_opens_only_by_an_open_request_or_by_its_default() =>
        Story.Forwards.Sample(
            story =>
            {
                var wasClosed = true;
                Candidate? candidate = null;
                var (fault, revision) = (false, (string?)null);
                story.Tell(moment =>
                {
                    var state = moment.Decision.State;
                    if (wasClosed && state == GateState.Opened && candidate == moment.Candidate && !fault && moment.After.Current?.Revision == revision)
                    {
                        var asked = moment.Result.Notices.Any(n => n.Target == GateState.Opened && n.Outcome is RequestOutcome.Taken or RequestOutcome.Clamped);
                        moment.Expect(asked || moment.Rules.Default == GateState.Opened, () => "the gate opened, and neither a request nor its default says so");
                    }

                    if (state == GateState.Opened && moment.Rules.Default == GateState.Closed)
                    {
                        moment.Expect(
                            moment.After.Current is { Target: GateState.Opened } current && (current.ResetAt is null || moment.Now < current.ResetAt),
                            () => "the gate is opened against its default, and no open request is in force");
                    }

                    (wasClosed, candidate, fault, revision) = (state == GateState.Closed, moment.Candidate, moment.Rules.Fault is not null, moment.After.Current?.Revision);
                });
            },
            iter: Stories,
            print: Story.Print);

    [Fact]
    public void What_is_announced_is_what_happens_and_not_before() =>
        Always(Story.Any, moment =>
        {
            var (state, tick) = (moment.Decision.State, TimeSpan.FromTicks(1));
            if (moment.Decision.Next is not { } next)
            {
                foreach (var later in new[] { 1L, TimeSpan.TicksPerMinute * 10, TimeSpan.TicksPerHour, TimeSpan.TicksPerDay * 4000 })
                {
                    moment.Expect(moment.DecideAt(moment.Now.AddTicks(later)).State == state, () => $"nothing is announced, and the state is another {TimeSpan.FromTicks(later)} later");
                }

                return;
            }

            moment.Expect(next.At > moment.Now, () => "what is announced is past");
            moment.Expect(next.To != state, () => "what is announced is no change");
            moment.Expect(moment.DecideAt(next.At).State == next.To, () => $"at {next.At:O} the state is not {next.To}");
            moment.Expect(moment.DecideAt(next.At - tick).State == state, () => "it changes before it is announced to");
            for (var part = 1; part < 8; part++)
            {
                var between = moment.DecideAt(moment.Now.AddTicks((next.At - moment.Now).Ticks * part / 8));
                moment.Expect(between.State == state && between.Next == next, () => $"between now and then the decision is {between}");
            }
        });

    [Fact]
    public void A_request_never_counts_from_later_than_its_receipt_nor_from_later_than_its_stamp() =>
        Always(Story.Any, moment =>
        {
            if (moment.After.Current is { } current && current != moment.Before.Current)
            {
                moment.Expect(current.RequestedAt <= moment.Now, () => "requestedAt is later than the receipt");
                moment.Expect(current.RequestedAt <= current.Stamp, () => "requestedAt is later than the stamp");
                moment.Expect(current.RequestedAt == moment.Now || current.RequestedAt == current.Stamp, () => "requestedAt is neither the stamp nor the receipt");
                moment.Expect(current.ResetAt is null || current.ResetAt >= current.RequestedAt, () => "the request ends before it begins");
            }
        });

    [Fact]
    public void What_is_kept_stays_small() =>
        Always(Story.Any, moment => moment.Expect(moment.After.TakenAhead.Length <= RequestLatch.MaxTakenAhead, () => $"{moment.After.TakenAhead.Length} stamps are kept"));

    private static void Always(Gen<Story> stories, Action<Moment> holds) =>
        stories.Sample(story => story.Tell(holds), iter: Stories, print: Story.Print);
}
