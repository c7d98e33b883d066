using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Windows;

/// <summary>The controller is killed in the course of a window, and another one comes sooner or later.</summary>
public sealed class WindowCrashTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    // A machine with much else to do has been seen to take 14 s to start a controller: the window is long enough for that where one starts in it.
    [Theory]
    [InlineData(24, -3, -2, "before it: the window opens it")]
    [InlineData(24, 1, 2, "in it: it is opened still")]
    [InlineData(8, 1, 9, "after it: it is closed, however late")]
    [InlineData(24, -3, 2, "in it, and it was not there when it began")]
    public async Task Whenever_it_was_killed_and_restarted_the_state_is_that_of_the_schedule(double length, double killedAt, double restartedAt, string because)
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var first = await cluster.StartControllerAsync();
        var start = TimeProvider.System.GetUtcNow().AddSeconds(10);
        start = new(start.UtcTicks - start.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
        var end = start.AddSeconds(length);
        await cluster.CreateGateAsync(ns, "gate", $$"""
            {"windows": [{"name": "short", "action": "open", "start": "{{start:yyyy-MM-ddTHH:mm:ssZ}}", "end": "{{end:yyyy-MM-ddTHH:mm:ssZ}}"}]}
            """);
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await UntilAsync(start.AddSeconds(killedAt));
        first.Process.Kill();
        await UntilAsync(start.AddSeconds(restartedAt));
        (await cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().Be(killedAt < 0, "with Sluice down nothing changes");
        await using var second = await cluster.StartControllerAsync();
        if (restartedAt < length)
        {
            await cluster.UntilReleasedAsync(Kustomization, ns, "app");
            TimeProvider.System.GetUtcNow().Should().BeOnOrAfter(start, because).And.BeBefore(end, because);
        }

        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        TimeProvider.System.GetUtcNow().Should().BeOnOrAfter(end, because);
        var gate = await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is closed", found => found.Condition("Opened", "status") == "False");
        gate["status"]!["history"]!.AsArray().Select(entry => (string)entry!["to"]!).Should().Equal("closed", "opened");
    }

    private static Task UntilAsync(DateTimeOffset moment)
    {
        var span = moment - TimeProvider.System.GetUtcNow();
        return span > TimeSpan.Zero ? Task.Delay(span, TimeProvider.System, TestContext.Current.CancellationToken) : Task.CompletedTask;
    }
}
