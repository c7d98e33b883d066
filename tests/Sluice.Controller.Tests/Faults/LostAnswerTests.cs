using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Sources;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Faults;

/// <summary>A write is carried out, and the controller gets an error for an answer: what it did is told all the same, once.</summary>
public sealed class LostAnswerTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Theory]
    [InlineData("/gates/release/status", "GateOpened", "Gate/release")]
    [InlineData("/kustomizations/plain?", "Released", "Kustomization/plain")]
    [InlineData("/gatedsources/app/status", "Released", "GatedSource/app")]
    public async Task Of_a_write_whose_answer_is_lost_there_is_one_Event_as_of_every_other(string path, string reason, string about)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s"]);
        var source = await PlayedSource.StartAsync(cluster);
        await cluster.CreateGatedAsync(FluxResources.Kustomization, source.Namespace, "plain", "release");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, source.Namespace, "plain");
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.UntilWaitingAsync("main@sha1:aa");
        await cluster.UntilAsync(FluxResources.Gate, source.Namespace, "release", "counts what it holds", gate => (int?)gate["status"]?["held"] == 1);

        var lost = 0;
        proxy.LosesAnswer = write => write.Contains(path, StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1;
        await source.OpenAsync();
        await source.UntilReleasedAsync("main@sha1:aa");
        await cluster.UntilReleasedAsync(FluxResources.Kustomization, source.Namespace, "plain");
        lost.Should().BePositive();

        var told = await Eventually.GivesAsync("all is told", EventsAsync, events => events.Contains("GateOpened Gate/release 1") && events.Contains("Released Kustomization/plain 1") && events.Contains("Released GatedSource/app 1"));
        told.Where(line => line.StartsWith($"{reason} {about} ", StringComparison.Ordinal)).Should().ContainSingle();

        async Task<string[]> EventsAsync() => (await cluster.Kubectl.RunAsync(
            "-n", source.Namespace, "get", "events", "-o", "jsonpath={range .items[*]}{.reason} {.involvedObject.kind}/{.involvedObject.name} {.count}{\"\\n\"}{end}")).Split('\n');
    }
}
