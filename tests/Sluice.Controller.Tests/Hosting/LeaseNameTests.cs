using Sluice.Controller.Hosting;

namespace Sluice.Controller.Tests.Hosting;

/// <summary>Roles name the Lease, so its name is a contract: the chart reckons it, too (<c>ChartTests</c>).</summary>
public sealed class LeaseNameTests
{
    [Theory]
    [InlineData(null, "sluice-controller-leader-election")]
    [InlineData("", "sluice-controller-leader-election")]
    [InlineData("sharding.fluxcd.io/key=shard1", "sluice-controller-leader-election-73fdc1be")]
    public void Each_shard_has_a_Lease_of_its_own(string? selector, string name) =>
        new ControllerOptions { WatchLabelSelector = selector }.LeaseName.Should().Be(name);

    [Theory]
    [InlineData("sluice-controller-leader-election-c1d8b4d0", "default")]
    [InlineData("sluice-controller-leader-election-51c60590", "team-b", "team-a")]
    [InlineData("sluice-controller-leader-election-51c60590", "team-a", "team-b")]
    public void So_has_who_watches_some_namespaces_in_whatever_order_they_are_named(string name, params string[] namespaces) =>
        new ControllerOptions { WatchNamespaces = namespaces }.LeaseName.Should().Be(name);
}
