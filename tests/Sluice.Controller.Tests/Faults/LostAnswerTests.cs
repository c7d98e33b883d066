using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Sources;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Faults;

/// <summary>A write is carried out, and the controller gets an error for an answer: what it did is told all the same, once.</summary>
public sealed class LostAnswerTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Theory]
    [InlineData("/gates/release/status", "GateOpened", "Gate/release", 500)]
    [InlineData("/gates/release/status", "GateOpened", "Gate/release", 409)]
    [InlineData("/kustomizations/plain?", "Released", "Kustomization/plain", 500)]
    [InlineData("/kustomizations/plain?", "Released", "Kustomization/plain", 409)]
    [InlineData("/gatedsources/app/status", "Released", "GatedSource/app", 500)]
    [InlineData("/gatedsources/app/status", "Released", "GatedSource/app", 409)]
    public async Task Of_a_write_whose_answer_is_lost_there_is_one_Event_as_of_every_other(string path, string reason, string about, int status)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        proxy.LostStatus = status;
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

        var told = await Eventually.GivesAsync("all is told", () => EventsAsync(source.Namespace), events => events.Contains("GateOpened Gate/release 1") && events.Contains("Released Kustomization/plain 1") && events.Contains("Released GatedSource/app 1"));
        told.Where(line => line.StartsWith($"{reason} {about} ", StringComparison.Ordinal)).Should().ContainSingle();
    }

    [Theory]
    [InlineData("release-once", "ReleasedOnce", 500)]
    [InlineData("release-once", "ReleasedOnce", 409)]
    [InlineData("keep-suspended", "KeptSuspended", 500)]
    [InlineData("keep-suspended", "KeptSuspended", 409)]
    public async Task So_there_is_of_one_that_lets_an_object_pass_once_or_leaves_it_suspended(string annotation, string reason, int status)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        proxy.LostStatus = status;
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s"]);
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "release", """{"default": "closed"}""");
        await cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "plain", "release");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "plain");

        var lost = 0;
        proxy.LosesAnswer = write => write.Contains("/kustomizations/plain?", StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1;
        await cluster.AnnotateAsync(FluxResources.Kustomization, ns, "plain", $"gating.toolkit.fluxcd.io/{annotation}", "token");
        if (reason == "KeptSuspended")
        {
            await cluster.OpenAsync(ns, "release");
        }

        await Eventually.GivesAsync("it is told", () => EventsAsync(ns), events => events.Contains($"{reason} Kustomization/plain 1"));
        lost.Should().BePositive();
        var plain = (await cluster.GetAsync(FluxResources.Kustomization, ns, "plain"))!;
        (plain.IsSuspended(), plain.HeldBy()).Should().Be((reason == "KeptSuspended", null));
        (await EventsAsync(ns)).Where(line => line.StartsWith($"{reason} ", StringComparison.Ordinal)).Should().ContainSingle();
    }

    [Fact]
    public async Task So_there_is_of_a_gate_that_was_opened_by_a_write_that_was_cut_off_when_it_closed()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, []);
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "release", """{"default": "closed", "window": "4s"}""");
        await cluster.UntilAsync(FluxResources.Gate, ns, "release", "is closed", gate => gate.Condition("Opened", "status") == "False");

        // It is carried out, and its answer does not come before the next write is sent.
        proxy.Forget();
        var withheld = 0;
        proxy.Withholds = request => IsStatus(request) && proxy.Requests.Count(IsStatus) == 1 && Interlocked.Increment(ref withheld) > 0;
        await cluster.OpenAsync(ns, "release");
        await Eventually.GivesAsync("both are told", () => EventsAsync(ns), events => events.Contains("GateOpened Gate/release 1") && events.Contains("GateClosed Gate/release 1"));
        withheld.Should().BePositive();
        (await cluster.GetAsync(FluxResources.Gate, ns, "release"))!["status"]!["history"]!.AsArray().Select(entry => (string?)entry!["to"]).Take(2).Should().Equal("closed", "opened");

        static bool IsStatus(string request) => request.Contains("/gates/release/status", StringComparison.Ordinal);
    }

    private async Task<string[]> EventsAsync(string ns) => (await cluster.Kubectl.RunAsync(
        "-n", ns, "get", "events", "-o", "jsonpath={range .items[*]}{.reason} {.involvedObject.kind}/{.involvedObject.name} {.count}{\"\\n\"}{end}")).Split('\n');
}
