using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>What <c>kubectl apply -k config/default</c> installs.</summary>
public sealed class InstallTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task The_controller_holds_and_releases_with_the_rights_of_config_default_alone()
    {
        await cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await cluster.Kubectl.RunAsync("apply", "--server-side", "--force-conflicts", "-k", RepositoryRoot.Combine("config", "default"));
        var kubeconfig = cluster.ControlPlane.KubeconfigFor(
            "system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts", "system:serviceaccounts:flux-system", "system:authenticated");
        await cluster.Kubectl.ApplyAsync("""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: sre-approval, namespace: flux-system}
            spec: {window: 1h}
            """);
        foreach (var resource in FluxResources.All)
        {
            await cluster.Api.CreateAsync(resource, "flux-system", GatedSamples.Write(resource, "flux-system", "sample", "sre-approval"), Kubernetes.ObjectDecoders.Ignore, cancellation: TestContext.Current.CancellationToken);
        }

        await using var controller = await RunningController.StartAsync(kubeconfig, ["--enable-leader-election", "--runtime-namespace=flux-system"]);
        foreach (var resource in FluxResources.All)
        {
            await Eventually.GivesAsync($"{resource.Kind} is held and says so", () => cluster.GetAsync(resource, "flux-system", "sample"),
                gated => (bool?)gated!["spec"]!["suspend"] == true && Approved(gated) == "False");
        }

        await cluster.Kubectl.RunAsync("-n", "flux-system", "annotate", "gate/sre-approval", $"open.gate.fluxcd.io/requestedAt={TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}");
        foreach (var resource in FluxResources.All)
        {
            await Eventually.GivesAsync($"{resource.Kind} is released and says so", () => cluster.GetAsync(resource, "flux-system", "sample"),
                gated => gated!["spec"]!["suspend"] is null && Approved(gated) == "True");
        }

        await Eventually.GivesAsync("every kind has its Events", () => cluster.Kubectl.RunAsync("-n", "flux-system", "get", "events", "-o", "name"),
            events => events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length >= 2 * FluxResources.All.Count + 1);
        await controller.Process.TerminateAsync(TimeSpan.FromSeconds(20));
        // As a number of its own: a time of day may be 22.403Z.
        controller.Process.Output.Should().NotContain(line => Regex.IsMatch(line, @"\b403\b") || line.Contains("forbidden", StringComparison.OrdinalIgnoreCase));
    }

    private static string? Approved(JsonNode gated) =>
        (string?)(gated["status"]?["conditions"] as JsonArray)?.FirstOrDefault(condition => (string?)condition?["type"] == "Approved")?["status"];
}
