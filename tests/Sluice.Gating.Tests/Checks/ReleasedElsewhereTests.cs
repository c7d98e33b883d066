using CsCheck;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;

namespace Sluice.Gating.Tests.Checks;

/// <summary>Dev at once, production when it has been healthy in dev for some time.</summary>
public sealed class ReleasedElsewhereTests
{
    private const string Dev = "GatedSource/dev/app";

    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Soak = TimeSpan.FromMinutes(30);
    private static readonly ReleasedElsewhere Check = new("healthy-in-dev", "dev", "app", Soak);
    private static readonly Candidate A = new("main@sha1:a", "sha256:aa", "sha256:01");
    private static readonly Candidate B = new("main@sha1:b", "sha256:bb", "sha256:01");
    private static readonly Candidate C = new("main@sha1:c", "sha256:cc", "sha256:01");
    private static readonly ReleaseHealth Healthy = new(true, "ConsumersReady", "ready");
    private static readonly ReleaseHealth Sick = new(false, "ConsumerFailed", "Kustomization/dev/app is not ready");
    private static readonly ReleaseHealth NoNews = new(null, "ConsumerProgressing", "");

    [Fact]
    public void What_was_never_released_there_waits() =>
        Decide(A, Released(ReleaseState.Empty, B, Noon).ObserveHealth(Healthy, Noon), Noon.AddHours(1)).Message.Should().Be($"{Dev} has not released main@sha1:a, but main@sha1:b");

    [Fact]
    public void It_passes_at_the_end_of_the_soak_time_and_says_before_when_that_is()
    {
        var dev = Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon.AddMinutes(1));
        var before = Decide(A, dev, Noon.AddMinutes(31).AddTicks(-1));
        before.Passes.Should().BeFalse();
        before.Until.Should().Be(Noon.AddMinutes(31));
        before.Message.Should().Be($"at {Dev} it has been healthy since 2026-11-26T12:01:00Z, which is enough at 2026-11-26T12:31:00Z");
        Decide(A, dev, Noon.AddMinutes(31)).Should().Be(CheckDecision.Yes);
    }

    [Fact]
    public void The_same_commit_passes_by_whatever_branch_or_tag_it_was_found() =>
        Decide(new("v1.0@sha1:a", "sha256:other", "sha256:02"), Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon), Noon.AddHours(1)).Passes.Should().BeTrue();

    [Fact]
    public void A_chart_that_was_published_again_under_its_version_or_another_one_of_the_same_version_waits()
    {
        var dev = Released(ReleaseState.Empty, new("1.2.3", "sha256:aa", "sha256:01"), Noon).ObserveHealth(Healthy, Noon);
        Decide(new("1.2.3", "sha256:bb", "sha256:01"), dev, Noon.AddHours(1)).Message.Should()
            .Be($"{Dev} has released 1.2.3 with another digest, which is another content: a version can be published twice");
        Decide(new("1.2.3", "sha256:aa", "sha256:02"), dev, Noon.AddHours(1)).Passes.Should().BeTrue("the digest is the content, wherever it came from");
    }

    [Fact]
    public void What_falls_ill_begins_again_when_it_is_well()
    {
        var dev = Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon).ObserveHealth(Sick, Noon.AddMinutes(20)).ObserveHealth(Healthy, Noon.AddMinutes(21));
        Decide(A, dev, Noon.AddMinutes(50)).Passes.Should().BeFalse();
        Decide(A, dev, Noon.AddMinutes(51)).Passes.Should().BeTrue();
    }

    [Fact]
    public void What_is_ill_at_this_moment_does_not_pass_though_its_status_does_not_say_so_yet()
    {
        var dev = Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon);
        Check.Decide(A, Dev, dev.History, Sick, Noon.AddHours(1)).Message.Should().Be($"at {Dev} it is not healthy: Kustomization/dev/app is not ready");
        Check.Decide(A, Dev, dev.History, NoNews, Noon.AddHours(1)).Passes.Should().BeTrue();
    }

    [Fact]
    public void What_was_healthy_for_long_enough_when_a_newer_one_took_its_place_passes_and_what_was_not_never_does()
    {
        var dev = Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon);
        Decide(A, Released(dev, B, Noon.AddMinutes(30)), Noon.AddMinutes(30)).Passes.Should().BeTrue();
        Decide(A, Released(dev, B, Noon.AddMinutes(29)), Noon.AddHours(9)).Message.Should().Be($"at {Dev} it was healthy for 29m of 30m when another release took its place");
        Decide(A, Released(dev.ObserveHealth(Sick, Noon.AddHours(1)), B, Noon.AddHours(2)), Noon.AddHours(9)).Message.Should().Contain("it was not healthy when another release took its place");
    }

    [Fact]
    public void What_was_rolled_back_from_does_not_pass_however_healthy_it_was()
    {
        var dev = Released(Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon), B, Noon.AddHours(1)).ObserveHealth(Healthy, Noon.AddHours(1));
        var back = dev.Take(new("1", A.Revision, null), B, Noon.AddHours(5), out _).Release(Noon.AddHours(5), null, Release.Rollback, "");
        Decide(B, back, Noon.AddHours(9)).Message.Should().Be($"{Dev} was rolled back to what it had before main@sha1:b, and has not released that again");
        Decide(A, back.ObserveHealth(Healthy, Noon.AddHours(5)), Noon.AddHours(6)).Passes.Should().BeTrue("what it was rolled back to is as good as any other");
    }

    [Fact]
    public void What_a_roll_back_went_past_does_not_pass_either_until_it_is_released_again()
    {
        var dev = Released(Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon), B, Noon.AddHours(1)).ObserveHealth(Healthy, Noon.AddHours(1));
        dev = Released(dev, C, Noon.AddHours(2));
        Decide(B, dev, Noon.AddHours(3)).Passes.Should().BeTrue("C has taken its place, and nobody went back");
        dev = dev.Take(new("1", A.Revision, null), C, Noon.AddHours(3), out _).Release(Noon.AddHours(3), null, Release.Rollback, "");
        foreach (var leftBehind in new[] { B, C })
        {
            Decide(leftBehind, dev, Noon.AddHours(9)).Message.Should().Contain("was rolled back to what it had before");
            dev.Observe(leftBehind, Noon.AddHours(9)).SetAside.Should().Be(leftBehind, "dev itself says the same");
        }

        dev = Released(dev, B, Noon.AddHours(10)).ObserveHealth(Healthy, Noon.AddHours(10));
        Decide(B, dev, Noon.AddHours(11)).Passes.Should().BeTrue("it was released again");
        Decide(C, dev, Noon.AddHours(11)).Passes.Should().BeFalse("it was not");
    }

    [Fact]
    public void A_span_that_is_longer_than_time_never_ends() =>
        (Check with { Soak = TimeSpan.MaxValue }).Decide(A, Dev, Released(ReleaseState.Empty, A, Noon).ObserveHealth(Healthy, Noon).History, Healthy, DateTimeOffset.MaxValue.AddDays(-1))
            .Passes.Should().BeFalse();

    /// <summary>The oracle keeps the whole story, a line a minute, and reads it from the end.</summary>
    [Fact]
    public void Whatever_happens_there_a_revision_passes_exactly_when_its_last_stretch_in_force_was_healthy_for_the_soak_time_and_no_roll_back_left_it_behind() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 40]).Array[1, 40].Sample(steps =>
        {
            var (state, now, token, minutes, isHealthy) = (ReleaseState.Empty, Noon, 0, new List<(Candidate Released, bool IsHealthy, int Release)>(), false);
            // Told apart from the code: everything that was released, in order, and what a roll-back has left behind.
            var (releases, leftBehind) = (new List<Candidate>(), new HashSet<Candidate>());
            foreach (var (what, span) in steps)
            {
                switch (what)
                {
                    case 0 or 1 or 2:
                        var next = new[] { A, B, C }[what];
                        if (state.Released?.Candidate != next)
                        {
                            (state, isHealthy) = (Released(state, next, now), false);
                            leftBehind.Remove(next);
                            releases.Add(next);
                        }

                        break;
                    case 3 when state.History.Length > 1:
                        // Any of the earlier ones, also past others.
                        var earlier = state.History.Select(release => release.Candidate).Where(candidate => candidate != state.Released!.Candidate).Distinct().ToList();
                        var target = earlier[span % earlier.Count];
                        state = state.Take(new($"{++token}", target.Revision, null), state.Released!.Candidate, now, out _).Release(now, null, Release.Rollback, "");
                        isHealthy = false;
                        leftBehind.UnionWith(releases.Skip(releases.LastIndexOf(target) + 1));
                        leftBehind.Remove(target);
                        releases.Add(target);
                        break;
                    case 4 or 5 or 6 when state.Released is not null:
                        (state, isHealthy) = (state.ObserveHealth(Healthy, now), true);
                        break;
                    case 7 when state.Released is not null:
                        (state, isHealthy) = (state.ObserveHealth(Sick, now), false);
                        break;
                    default:
                        state = state.ObserveHealth(NoNews, now);
                        break;
                }

                for (var minute = 0; minute < span && state.Released is not null; minute++)
                {
                    minutes.Add((state.Released.Candidate, isHealthy, releases.Count));
                }

                now = now.AddMinutes(span);
                foreach (var candidate in new[] { A, B, C })
                {
                    var last = minutes.FindLastIndex(minute => minute.Released == candidate);
                    var release = last < 0 ? -1 : minutes[last].Release;
                    var healthy = minutes.Take(last + 1).Reverse().TakeWhile(minute => minute.Release == release && minute.IsHealthy).Count();
                    // The history has no more of them, so that it may have been forgotten.
                    var expected = releases.LastIndexOf(candidate) >= releases.Count - ReleaseState.HistoryLength && last >= 0 && !leftBehind.Contains(candidate) && healthy >= 30;
                    Decide(candidate, state, now).Passes.Should().Be(expected);
                }
            }
        });

    private static CheckDecision Decide(Candidate candidate, ReleaseState dev, DateTimeOffset now) => Check.Decide(candidate, Dev, dev.History, Healthy, now);

    private static ReleaseState Released(ReleaseState state, Candidate candidate, DateTimeOffset now) => (state with { Waiting = new(candidate, now, null) }).Release(now, null, "GateOpened", "");
}
