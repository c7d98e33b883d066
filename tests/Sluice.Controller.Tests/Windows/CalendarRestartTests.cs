using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Windows;

/// <summary>A controller that starts knows its gates before it knows their calendars.</summary>
public sealed class CalendarRestartTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Gate = FluxResources.Gate;
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    [Fact]
    public async Task A_restart_does_not_hold_for_a_moment_what_a_calendar_lets_pass()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.Kubectl.RunAsync("-n", ns, "create", "configmap", "holidays", "--from-literal=de.ics=BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n");
        await cluster.CreateGateAsync(ns, "gate", CalendarTests.Spec);
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        string generation;
        await using (await cluster.StartControllerAsync())
        {
            generation = Generation(await cluster.UntilReleasedAsync(Kustomization, ns, "app"));
        }

        await using var second = await cluster.StartControllerAsync();
        await cluster.AnnotateAsync(Gate, ns, "gate", "reconcile.fluxcd.io/requestedAt", "seen");
        await cluster.UntilAsync(Gate, ns, "gate", "is looked at", gate => (string?)gate["status"]!["lastHandledReconcileAt"] == "seen");
        Generation((await cluster.GetAsync(Kustomization, ns, "app"))!).Should().Be(generation, "nothing changed its spec");
    }

    private static string Generation(JsonNode found) => found["metadata"]!["generation"]!.ToString();
}
