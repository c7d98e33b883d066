using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>What Sluice does with Flux 2.3 on Kubernetes 1.30.</summary>
public sealed class OldestFluxTests(OldestFlux flux) : IClassFixture<OldestFlux>
{
    private readonly Cluster _cluster = flux.Cluster;

    public static TheoryData<string> KindsWithSuspend => [.. OldestFlux.All.Where(resource => resource.Kind != "ImagePolicy").Select(resource => resource.Kind)];

    private static ApiResource ImagePolicy => OldestFlux.All.Single(resource => resource.Kind == "ImagePolicy");

    [Theory]
    [MemberData(nameof(KindsWithSuspend))]
    public async Task Nine_kinds_are_held_and_released_at_the_version_that_Flux_2_3_serves(string kind)
    {
        var resource = OldestFlux.All.Single(one => one.Kind == kind);
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(resource, ns, "app", "closed");

        (await _cluster.UntilHeldAsync(resource, ns, "app")).SuspendOwners().Should().Equal("sluice");
        await _cluster.OpenAsync(ns, "closed");
        (await _cluster.UntilReleasedAsync(resource, ns, "app"))["spec"]!["suspend"].Should().BeNull();
    }

    [Fact]
    public async Task An_ImagePolicy_without_spec_suspend_is_never_called_held_and_says_what_is_missing()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(ImagePolicy, ns, "app", "closed");

        var unheld = await UntilUnheldAsync(ns, "app");
        unheld.Approved("status").Should().Be("False", "its gates are closed");
        unheld.Approved("message").Should().Contain("gate '" + ns + "/closed' is closed").And.Contain("NOT HELD")
            .And.Contain("ImagePolicy has no spec.suspend at image.toolkit.fluxcd.io/v1beta2").And.Contain("Upgrade Flux to 2.7 or later").And.Contain("ImageUpdateAutomation");
        unheld.HeldBy().Should().BeNull();
        unheld["metadata"]!["annotations"]!.AsObject().Select(annotation => annotation.Key).Should().Equal("gating.toolkit.fluxcd.io/gates");
        await Eventually.GivesAsync(
            "an Event warns",
            () => _cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", """jsonpath={range .items[*]}{.type} {.reason} {.involvedObject.name} {.message}{"\n"}{end}"""),
            text => text.Contains("Warning HoldFailed app It is not held", StringComparison.Ordinal));
        ((int?)(await _cluster.GetAsync(FluxResources.Gate, ns, "closed"))!["status"]?["held"] ?? 0).Should().Be(0);

        // Whatever it would write again and again it would have written by the time that another object is held and released.
        var other = OldestFlux.All.Single(resource => resource.Kind == "Kustomization");
        await _cluster.CreateGatedAsync(other, ns, "other", "closed");
        await _cluster.UntilHeldAsync(other, ns, "other");
        ((string?)(await _cluster.GetAsync(ImagePolicy, ns, "app"))!["metadata"]!["resourceVersion"]).Should().Be((string?)unheld["metadata"]!["resourceVersion"], "it is written once");

        await _cluster.OpenAsync(ns, "closed");
        (await _cluster.UntilReleasedAsync(ImagePolicy, ns, "app")).Approved("reason").Should().Be("GateOpened");
        await _cluster.CloseAsync(ns, "closed");
        await UntilUnheldAsync(ns, "app");
        flux.Controller.Process.Output.Where(line => line.Contains("is not held although its gates are closed", StringComparison.Ordinal) && line.Contains(ns, StringComparison.Ordinal))
            .Should().HaveCount(2, "it is told once each time");
    }

    private async Task<string> NewAsync()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "closed", "{}");
        return ns;
    }

    private Task<System.Text.Json.Nodes.JsonNode> UntilUnheldAsync(string ns, string name) =>
        _cluster.UntilAsync(ImagePolicy, ns, name, "says that it cannot be held", found => found.Approved("reason") == "CannotHold");
}
