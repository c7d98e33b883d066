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
        CrashRun.KillAtEveryWriteAsync(cluster, new(PrepareHeldAsync, TellHeldAsync, ns => DescribeAsync(ns, (Kustomization, "app"), (HelmRelease, "app")))
        {
            LeastWrites = 13, // A gate and two objects are held, released and held again, each with a condition.
        });

    [Fact]
    public Task A_kill_between_the_writes_that_take_a_suspension_or_the_words_of_somebody_else_over_leaves_the_same_end_too() =>
        CrashRun.KillAtEveryWriteAsync(cluster, new(PrepareTakenOverAsync, TellTakenOverAsync, ns => DescribeAsync(ns, (Kustomization, "born"), (Kustomization, "copy")))
        {
            LeastWrites = 7, // One object is taken over and released, of the other the words are released, taken over and released, each with a condition.
        });

    [Fact]
    public Task A_kill_between_the_writes_that_let_an_object_pass_once_lets_it_pass_once_and_no_more() =>
        CrashRun.KillAtEveryWriteAsync(cluster, new(PrepareOnceAsync, TellOnceAsync, ns => DescribeAsync(ns, (Kustomization, "app")))
        {
            LeastWrites = 6, // A gate and an object that is held, let go, held again, with its condition.
        });

    /// <summary>An object is held, passes once, and is held again when Flux has reconciled it.</summary>
    private async Task TellOnceAsync(string ns)
    {
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await using var resumed = await WatchRecorder.StartAsync(cluster, Kustomization, ns, found => $"{found.IsSuspended()}");
        await cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/release-once", "token");
        var passing = await cluster.UntilAsync(Kustomization, ns, "app", "is let go", found => !found.IsSuspended());
        await cluster.ReportAsync(ns, "app", (long)passing["metadata"]!["generation"]!, null, "True", "ReconciliationSucceeded");
        await cluster.UntilAsync(Kustomization, ns, "app", "is held again", found => found.IsSuspended() && found.Annotation("gating.toolkit.fluxcd.io/released-once") == "token");
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts one held object", gate => (int?)gate["status"]!["held"] == 1);
        resumed.Values.Should().Equal("True", "False", "True");
    }

    private async Task PrepareOnceAsync(string ns)
    {
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
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

    private async Task<string> DescribeAsync(string ns, params (ApiResource Kind, string Name)[] objects)
    {
        var end = new StringBuilder();
        foreach (var (kind, name) in objects)
        {
            end.AppendLine(Describe((await cluster.GetAsync(kind, ns, name))!).Replace(ns, "NS", StringComparison.Ordinal));
        }

        var gate = (await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!;
        return end.Append($"{gate.Condition("Opened", "status")} {gate.Condition("Opened", "message")} {gate.Condition("Ready", "status")} held {gate["status"]!["held"]}").ToString();
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
}
