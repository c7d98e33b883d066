namespace Sluice.Kubernetes.Tests.Cluster;

/// <summary>A candidate, and when it leads.</summary>
internal sealed class LeaderRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _leading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    public LeaderRun(LeaderElector elector)
    {
        Elector = elector;
        _running = elector.RunAsync(async leading =>
        {
            Token = leading;
            _leading.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, leading);
        }, _stop.Token);
    }

    public LeaderElector Elector { get; }

    /// <summary>What the work was given.</summary>
    public CancellationToken Token { get; private set; }

    public Task Leading => _leading.Task;

    public Task LeadsAsync() => Leading.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);

    public async Task SeesAsync(string leader)
    {
        while (Elector.Leader != leader)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    public async Task LosesAsync(string why)
    {
        (await FluentActions.Awaiting(() => _running.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System)).Should().ThrowAsync<LeadershipLostException>())
            .Which.Message.Should().Contain(why);
        Token.IsCancellationRequested.Should().BeTrue("the work is told to stop");
    }
}
