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
    public async Task A_kill_before_or_after_any_write_leaves_the_same_end_as_no_kill_at_all()
    {
        var writes = await KillAtEveryWriteAsync(new([(Kustomization, "app"), (HelmRelease, "app")], PrepareHeldAsync, TellHeldAsync));
        writes.Should().BeGreaterThan(12, "a gate and two objects are held, released and held again, each with a condition");
    }

    [Fact]
    public async Task A_kill_between_the_writes_that_take_a_suspension_or_the_words_of_somebody_else_over_leaves_the_same_end_too()
    {
        var writes = await KillAtEveryWriteAsync(new([(Kustomization, "born"), (Kustomization, "copy")], PrepareTakenOverAsync, TellTakenOverAsync));
        writes.Should().BeGreaterThan(6, "one object is taken over and released, of the other the words are released, taken over and released, each with a condition");
    }

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

    private async Task<int> KillAtEveryWriteAsync(Story story)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        var (undisturbed, writes) = await TellAsync(proxy, story, killAt: 0, afterWrite: false);
        for (var number = 1; number <= writes; number++)
        {
            foreach (var afterWrite in new[] { false, true })
            {
                var (end, _) = await TellAsync(proxy, story, number, afterWrite);
                end.Should().Be(undisturbed, $"the controller was killed {(afterWrite ? "after" : "before")} write {number} of {writes}");
            }
        }

        return writes;
    }

    /// <summary>Tells a story, and gives its end without times, and the number of writes.</summary>
    private async Task<(string End, int Writes)> TellAsync(RecordingProxy proxy, Story story, int killAt, bool afterWrite)
    {
        var ns = await cluster.NewNamespaceAsync();
        await story.PrepareAsync(ns);

        RunningController? running = null;
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void KillAt(int number)
        {
            if (number == killAt && !killed.Task.IsCompleted)
            {
                running!.Process.Kill();
                killed.TrySetResult();
            }
        }

        proxy.Forget();
        (proxy.BeforeWrite, proxy.AfterWrite) = afterWrite ? (null, KillAt) : ((Action<int>)KillAt, (Action<int>?)null);
        running = await RunningController.StartAsync(proxy.KubeconfigPath, [], awaitReady: false);
        var restarting = killAt == 0 ? null : RestartAsync();

        await story.TellAsync(ns);
        var writes = proxy.Writes;
        (proxy.BeforeWrite, proxy.AfterWrite) = (null, null);
        killed.TrySetResult();
        if (restarting is not null)
        {
            await restarting;
        }

        await running.DisposeAsync();
        var end = new StringBuilder();
        foreach (var (kind, name) in story.Objects)
        {
            end.AppendLine(Describe((await cluster.GetAsync(kind, ns, name))!).Replace(ns, "NS", StringComparison.Ordinal));
        }

        var gate = (await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!;
        end.AppendLine(CultureInfo.InvariantCulture, $"{gate.Condition("Opened", "status")} {gate.Condition("Opened", "message")} {gate.Condition("Ready", "status")} held {gate["status"]!["held"]}");
        return (end.ToString(), writes);

        async Task RestartAsync()
        {
            await killed.Task;
            var dead = running!;
            running = await RunningController.StartAsync(proxy.KubeconfigPath, [], awaitReady: false);
            await dead.DisposeAsync();
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
    private sealed record Story(IReadOnlyList<(ApiResource Kind, string Name)> Objects, Func<string, Task> PrepareAsync, Func<string, Task> TellAsync);
}
