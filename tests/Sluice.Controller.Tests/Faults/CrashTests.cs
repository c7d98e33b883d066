using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Faults;

/// <summary>The controller dies between any two writes, and another one goes on as if nothing had happened.</summary>
public sealed class CrashTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;
    private static readonly ApiResource HelmRelease = FluxResources.All[1];

    [Fact]
    public Task A_kill_before_or_after_any_write_leaves_the_same_end_as_no_kill_at_all() =>
        KillAtEveryWriteAsync(new([(Kustomization, "app"), (HelmRelease, "app")], PrepareHeldAsync, TellHeldAsync)
        {
            LeastWrites = 13, // A gate and two objects are held, released and held again, each with a condition.
        });

    [Fact]
    public Task A_kill_between_the_writes_that_take_a_suspension_or_the_words_of_somebody_else_over_leaves_the_same_end_too() =>
        KillAtEveryWriteAsync(new([(Kustomization, "born"), (Kustomization, "copy")], PrepareTakenOverAsync, TellTakenOverAsync)
        {
            LeastWrites = 7, // One object is taken over and released, of the other the words are released, taken over and released, each with a condition.
        });

    /// <summary>A gate is closed, opens on request, and closes when the window has run out; at the end one object names no gate any more.</summary>
    private async Task TellHeldAsync(string ns)
    {
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await cluster.UntilHeldAsync(HelmRelease, ns, "app");
        await cluster.OpenAsync(ns, "gate");
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "opened and closed again", gate =>
            gate["status"]?["requestedAt"] is not null && gate.Condition("Opened", "status") == "False" && gate["status"]!["nextTransition"] is null);
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await cluster.UntilHeldAsync(HelmRelease, ns, "app");
        await cluster.AnnotateAsync(HelmRelease, ns, "app", "gating.toolkit.fluxcd.io/gates", null);
        await cluster.UntilAsync(HelmRelease, ns, "app", "is free", found => !found.IsSuspended() && found.Approved("status") is null && found.HeldBy() is null);
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts one held object", gate => (int?)gate["status"]!["held"] == 1);
    }

    private async Task PrepareHeldAsync(string ns)
    {
        await cluster.CreateGateAsync(ns, "gate", """{"window": "900ms"}""");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await cluster.CreateGatedAsync(HelmRelease, ns, "app", "gate");
    }

    /// <summary>Its gate is opened: what admission suspended is resumed, and what somebody else suspends says no longer that Sluice holds it.</summary>
    private async Task TellTakenOverAsync(string ns)
    {
        await cluster.UntilReleasedAsync(Kustomization, ns, "born");
        await cluster.UntilReleasedAsync(Kustomization, ns, "copy");
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts no held object", gate => (int?)gate["status"]?["held"] == 0);
    }

    private async Task PrepareTakenOverAsync(string ns)
    {
        await cluster.CreateGateAsync(ns, "gate", """{"default": "opened"}""");
        var held = $$"""{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/held-by": "{{ns}}/gate (GateClosed)", "gating.toolkit.fluxcd.io/held-since": "2026-03-26T10:00:00Z"} }, "spec": {"suspend": true} }""";
        foreach (var name in new[] { "born", "copy" })
        {
            await cluster.CreateGatedAsync(Kustomization, ns, name, "gate");
            await cluster.PatchAsync(Kustomization, ns, name, held, "velero-server");
        }

        // As admission leaves it: nobody owns what it set, and its author owns the rest.
        await cluster.PatchAsync(Kustomization, ns, "born", $$$"""
            {"metadata": {"managedFields": [{"manager": "tester", "operation": "Update", "apiVersion": "{{{Kustomization.ApiVersion}}}", "time": "2026-03-26T10:00:00Z",
              "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": {"f:annotations": {"f:gating.toolkit.fluxcd.io/gates": {} } }, "f:spec": {"f:interval": {} } } }] } }
            """);
        (await cluster.GetAsync(Kustomization, ns, "born"))!.SuspendOwners().Should().BeEmpty();
    }

    private async Task KillAtEveryWriteAsync(Story story)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        var undisturbed = await TellAsync(proxy, story, killAt: 0, afterWrite: false);
        undisturbed.Writes.Should().BeGreaterThanOrEqualTo(story.LeastWrites);
        for (var number = 1; number <= undisturbed.Writes; number++)
        {
            foreach (var afterWrite in new[] { false, true })
            {
                var told = await TellAsync(proxy, story, number, afterWrite);
                var kill = $"the controller was killed {(afterWrite ? "after" : "before")} write {number} of {undisturbed.Writes}";
                (told.WasKilled || (number > story.LeastWrites && told.Writes < number)).Should().BeTrue(
                    $"{kill}; only a write that not every run comes to may stay away, and this run made {told.Writes}");
                told.End.Should().Be(undisturbed.End, kill);
            }
        }
    }

    /// <summary>Tells a story, in which the controller is killed before or after a write is done, if there is one of that number, and another one goes on.</summary>
    private async Task<Told> TellAsync(RecordingProxy proxy, Story story, int killAt, bool afterWrite)
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
        var end = new StringBuilder();
        foreach (var (kind, name) in story.Objects)
        {
            end.AppendLine(Describe((await cluster.GetAsync(kind, ns, name))!).Replace(ns, "NS", StringComparison.Ordinal));
        }

        var gate = (await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!;
        end.AppendLine(CultureInfo.InvariantCulture, $"{gate.Condition("Opened", "status")} {gate.Condition("Opened", "message")} {gate.Condition("Ready", "status")} held {gate["status"]!["held"]}");
        return new(end.ToString(), writes, wasKilled);

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

    private static string Describe(JsonNode found) => string.Join(
        " | ",
        (string)found["kind"]!,
        found.IsSuspended(),
        found.HeldBy(),
        string.Join(',', found.SuspendOwners()),
        string.Join(',', found["metadata"]!["annotations"]?.AsObject().Select(annotation => annotation.Key).Order() ?? Enumerable.Empty<string>()),
        found.Approved("status"),
        found.Approved("message"));

    /// <summary>What happens in a namespace, from its beginning to its end, and the objects that it is about.</summary>
    private sealed record Story(IReadOnlyList<(ApiResource Kind, string Name)> Objects, Func<string, Task> PrepareAsync, Func<string, Task> TellAsync)
    {
        /// <summary>
        /// The writes that every run comes to. There may be more: the gate's count of what it holds is written once for two objects or once for
        /// each, as the looks at the gate fall.
        /// </summary>
        public required int LeastWrites { get; init; }
    }

    /// <summary>A story that was told.</summary>
    /// <param name="End">What there is at its end, without times.</param>
    /// <param name="Writes">How many writes came.</param>
    /// <param name="WasKilled">Whether the controller was killed at the write that was named.</param>
    private sealed record Told(string End, int Writes, bool WasKilled);
}
