using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Controller.Tests.Sources;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Holds;

/// <summary>A release is decided by what is so when it is written, however slow the API server is.</summary>
public sealed class SlowReleaseTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_gate_that_closes_while_the_API_server_is_asked_what_became_of_an_earlier_try_holds()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s", $"--audit-log={Path.Combine(_folder.FullName, "audit.jsonl")}"]);
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        var path = Kustomization.ObjectPath(new(ns, "app"));
        var (asked, answers) = (NewSource(), NewSource());
        proxy.Refuses = write => write.Contains($"{path}?", StringComparison.Ordinal) && !asked.Task.IsCompleted;
        proxy.Delays = request => request.StartsWith($"GET {path}", StringComparison.Ordinal) && (asked.TrySetResult() || asked.Task.IsCompleted) ? answers.Task : null;
        await using var seen = await WatchRecorder.StartAsync(cluster, Kustomization, ns, found => found.IsSuspended() ? "held" : "let go");

        await cluster.OpenAsync(ns, "gate");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(40), TimeProvider.System, TestContext.Current.CancellationToken);
        await cluster.CloseAsync(ns, "gate");
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is closed", gate => gate.Condition("Opened", "status") == "False");
        answers.SetResult();
        await Eventually.GivesAsync("it is decided anew", () => EventsAsync(ns), events => events.Contains("NotCarriedOut", StringComparison.Ordinal));
        seen.Values.Should().AllBe("held");
    }

    [Fact]
    public async Task A_release_that_is_not_answered_is_given_up_and_told_of_an_object_and_of_a_source()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s"]);
        var source = await PlayedSource.StartAsync(cluster);
        await cluster.CreateGatedAsync(Kustomization, source.Namespace, "plain", "release");
        await cluster.UntilHeldAsync(Kustomization, source.Namespace, "plain");
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.UntilWaitingAsync("main@sha1:aa");
        await source.LookedAtAgainAsync();
        var never = NewSource();
        proxy.Delays = request => !request.StartsWith("GET", StringComparison.Ordinal)
            && (request.Contains("/kustomizations/plain?", StringComparison.Ordinal) || request.Contains("/gatedsources/app/status", StringComparison.Ordinal)) ? never.Task : null;

        await source.OpenAsync();
        // It ends after 35 s: an admission webhook may take 30.
        await Eventually.GivesAsync(
            "both are told", () => EventsAsync(source.Namespace),
            events => events.Contains("Kustomization ReleaseFailed: It cannot be released, and is tried again: the API server has not carried out the release within 35 s", StringComparison.Ordinal)
                && events.Contains("GatedSource WriteRefused: ", StringComparison.Ordinal), TimeSpan.FromSeconds(75));
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<string> EventsAsync(string ns) =>
        cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", """jsonpath={range .items[*]}{.involvedObject.kind} {.reason}: {.message}{"\n"}{end}""");
}
