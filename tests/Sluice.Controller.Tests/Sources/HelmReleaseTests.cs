using Sluice.Controller.Tests.Clusters;
using Sluice.FluxStandIn.Tests;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A HelmRelease that deploys from the target of a GatedSource by its <c>chartRef</c>, unmodified.</summary>
public sealed class HelmReleaseTests(RunningApprovals running) : IClassFixture<RunningApprovals>
{
    private Cluster Cluster => running.Cluster;

    [Theory]
    [InlineData("HelmChart")]
    [InlineData("OCIRepository")]
    public async Task A_HelmRelease_whose_chartRef_is_the_target_deploys_exactly_what_was_released_and_nothing_newer(string kind)
    {
        using var charts = new TestCharts();
        await charts.PushAsync("1.0.0", GatedApp.Manifest("1.0.0"));
        await using var chart = await GatedChart.StartAsync(Cluster, charts, kind, """{"default": "closed"}""", ", initial: release");
        // What a HelmRelease does that points at the source itself: the newer version is there to be had.
        var ungated = await Cluster.NewNamespaceAsync();
        await chart.ReleaseFromAsync("ungated", "app", ungated);
        await chart.UntilReleasedAsync("1.0.0");
        await chart.UntilDeployedAsync("1.0.0");
        await chart.UntilDeployedAsync("1.0.0", "ungated");

        await charts.PushAsync("1.1.0", GatedApp.Manifest("1.1.0"));
        await chart.UntilWaitingAsync("1.1.0");
        await chart.UntilDeployedAsync("1.1.0", "ungated");
        GatedChart.Versions(await chart.LookedAtAgainAsync()).Should().Equal("1.0.0");

        await Cluster.OpenAsync(chart.Namespace, "release");
        await chart.UntilReleasedAsync("1.1.0");
        await Cluster.CloseAsync(chart.Namespace, "release");
        await Cluster.UntilAsync(FluxResources.Gate, chart.Namespace, "release", "is closed", gate => gate.Condition("Opened", "status") == "False");
        await charts.PushAsync("1.2.0", GatedApp.Manifest("1.2.0"));
        await chart.UntilWaitingAsync("1.2.0");
        await chart.UntilDeployedAsync("1.2.0", "ungated");
        await chart.UntilDeployedAsync("1.1.0");
        var release = await chart.LookedAtAgainAsync();
        GatedChart.Versions(release).Should().Equal("1.1.0", "1.0.0");
        (await chart.DeployedAsync()).Should().Be("1.1.0");
        (await chart.DeployedAsync(ungated)).Should().Be("1.2.0");
        release["spec"]!["chartRef"]!["name"]!.GetValue<string>().Should().Be("app-gated");
        release["spec"]!["suspend"].Should().BeNull("nothing is suspended");
    }

    [Theory]
    [InlineData("HelmChart")]
    [InlineData("OCIRepository")]
    public async Task Its_health_is_that_of_the_GatedSource_and_a_check_elsewhere_counts_it(string kind)
    {
        using var charts = new TestCharts();
        await charts.PushAsync("1.0.0", GatedApp.Manifest("1.0.0"));
        await using var dev = await GatedChart.StartAsync(Cluster, charts, kind, """{"default": "opened"}""", ", accessFrom: {namespaceSelectors: [{}]}");
        await using var prod = await GatedChart.StartAsync(Cluster, charts, kind, $$"""
            {"default": "opened", "checks": [{"name": "healthy-in-dev", "resource": {"kind": "GatedSource", "namespace": "{{dev.Namespace}}", "name": "app", "soak": "0s"} }] }
            """);
        (await dev.UntilSourceAsync("is healthy", source => source.Condition("Healthy", "status") == "True"))
            .Condition("Healthy", "message").Should().StartWith($"HelmRelease/{dev.Namespace}/app has deployed 1.0.0");
        await prod.UntilReleasedAsync("1.0.0");
        await prod.UntilDeployedAsync("1.0.0");

        await charts.PushAsync("1.1.0", GatedApp.Manifest("{{ .Values.broken }}"));
        await dev.UntilReleasedAsync("1.1.0");
        await dev.UntilSourceAsync("is not healthy", source => source.Condition("Healthy", "reason") == "ConsumerFailed"
            && source.Condition("Healthy", "message") == $"HelmRelease/{dev.Namespace}/app is not ready");
        await prod.UntilWaitingAsync("1.1.0");
        await prod.UntilSourceAsync("waits for that", source => source.Condition("Approved", "reason") == "CheckNotPassed"
            && source.Condition("Approved", "message")!.Contains($"it is not healthy: HelmRelease/{dev.Namespace}/app is not ready", StringComparison.Ordinal));

        await charts.PushAsync("1.2.0", GatedApp.Manifest("1.2.0"));
        await prod.UntilReleasedAsync("1.2.0");
        await prod.UntilDeployedAsync("1.2.0");
        GatedChart.Versions(await prod.LookedAtAgainAsync()).Should().Equal("1.2.0", "1.0.0");
    }
}
