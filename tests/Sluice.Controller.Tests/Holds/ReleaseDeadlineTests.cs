using Microsoft.Extensions.Time.Testing;
using Sluice.Controller.Gated;

namespace Sluice.Controller.Tests.Holds;

/// <summary>The write of a release does not arrive when what let it pass is over.</summary>
public sealed class ReleaseDeadlineTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void It_ends_when_what_was_decided_may_be_over_and_says_so()
    {
        using var deadline = new ReleaseDeadline(true, _time, CancellationToken.None);
        deadline.EndBy(_time.GetUtcNow().AddSeconds(2));
        deadline.EndBy(_time.GetUtcNow().AddHours(1));
        _time.Advance(TimeSpan.FromSeconds(1.9));
        deadline.IsOver.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        (deadline.IsOver, deadline.Token.IsCancellationRequested).Should().Be((true, true));
        deadline.Problem.Should().Be("the API server has not carried out the release before 2000-01-01T00:00:02Z, when what let it pass may be over");
    }

    [Fact]
    public void What_takes_too_long_is_a_failure_that_is_told()
    {
        using var deadline = new ReleaseDeadline(true, _time, CancellationToken.None);
        deadline.EndBy(null);
        _time.Advance(ReleaseDeadline.Longest);
        (deadline.IsOver, deadline.Problem).Should().Be((true, "the API server has not carried out the release within 35 s"));
        deadline.Result.Failure.Should().BeOfType<TimeoutException>();
    }

    [Fact]
    public void What_is_over_already_ends_it_at_once()
    {
        // By the real clock: its timers come later, by another thread.
        using var deadline = new ReleaseDeadline(true, TimeProvider.System, CancellationToken.None);
        deadline.EndBy(TimeProvider.System.GetUtcNow().AddSeconds(-1));
        deadline.IsOver.Should().BeTrue();
    }

    [Fact]
    public void What_releases_nothing_has_none_and_a_stop_is_not_its_end()
    {
        using var stop = new CancellationTokenSource();
        using var deadline = new ReleaseDeadline(false, _time, stop.Token);
        deadline.EndBy(_time.GetUtcNow());
        _time.Advance(TimeSpan.FromHours(1));
        deadline.Token.IsCancellationRequested.Should().BeFalse();
        stop.Cancel();
        (deadline.IsOver, deadline.Token.IsCancellationRequested).Should().Be((false, true));
    }
}
