using Sluice.Controller.Tests.Clusters;

namespace Sluice.Controller.Tests.Faults;

/// <summary>Tells a story as often as it has writes, twice each, and kills the controller at another one every time.</summary>
internal static class CrashRun
{
    /// <summary>Tells it undisturbed first; a kill before or after any write must lead to the same end.</summary>
    public static async Task KillAtEveryWriteAsync(Cluster cluster, Story story)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        var undisturbed = await TellAsync(cluster, proxy, story, killAt: 0, afterWrite: false);
        undisturbed.Writes.Should().BeGreaterThanOrEqualTo(story.LeastWrites);
        for (var number = 1; number <= undisturbed.Writes; number++)
        {
            foreach (var afterWrite in new[] { false, true })
            {
                var told = await TellAsync(cluster, proxy, story, number, afterWrite);
                var kill = $"the controller was killed {(afterWrite ? "after" : "before")} write {number} of {undisturbed.Writes}";
                (told.WasKilled || (number > story.LeastWrites && told.Writes < number)).Should().BeTrue(
                    $"{kill}; only a write that not every run comes to may stay away, and this run made {told.Writes}");
                told.End.Should().Be(undisturbed.End, kill);
            }
        }
    }

    /// <summary>Tells a story, in which the controller is killed before or after a write is done, if there is one of that number, and another one goes on.</summary>
    private static async Task<Told> TellAsync(Cluster cluster, RecordingProxy proxy, Story story, int killAt, bool afterWrite)
    {
        var ns = await cluster.NewNamespaceAsync();
        await story.PrepareAsync(ns);

        RunningController? running = null;
        var killed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool KillAt(int number)
        {
            if (number != killAt || killed.Task.IsCompleted)
            {
                return false;
            }

            running!.Process.Kill();
            return killed.TrySetResult(true);
        }

        proxy.Forget();
        (proxy.BeforeWrite, proxy.AfterWrite) = afterWrite ? ((Func<int, bool>?)null, (Action<int>)(number => KillAt(number))) : (number => !KillAt(number), null);
        running = await RunningController.StartAsync(proxy.KubeconfigPath, [], awaitReady: false);
        var restarting = RestartAsync();

        await story.TellAsync(ns);
        var writes = proxy.Writes;
        if (killAt > 0 && writes >= killAt)
        {
            // The end may be seen before the last write is answered, and it is only then that the controller is killed.
            await killed.Task.WaitAsync(TimeSpan.FromSeconds(40), TestContext.Current.CancellationToken);
        }

        (proxy.BeforeWrite, proxy.AfterWrite) = (null, null);
        killed.TrySetResult(false);
        var wasKilled = await restarting;
        await running.DisposeAsync();
        return new(await story.EndAsync(ns), writes, wasKilled);

        async Task<bool> RestartAsync()
        {
            if (!await killed.Task)
            {
                return false;
            }

            var dead = running!;
            running = await RunningController.StartAsync(proxy.KubeconfigPath, [], awaitReady: false);
            await dead.DisposeAsync();
            return true;
        }
    }

    /// <summary>A story that was told.</summary>
    /// <param name="End">What there is at its end, without times.</param>
    /// <param name="Writes">How many writes came.</param>
    /// <param name="WasKilled">Whether the controller was killed at the write that was named.</param>
    private sealed record Told(string End, int Writes, bool WasKilled);
}
