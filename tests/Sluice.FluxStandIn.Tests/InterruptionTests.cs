using System.Text.Json.Nodes;
using System.Threading.Channels;
using FluxStandIn;
using FluxStandIn.Kubernetes;
using Sluice.TestBed;

namespace Sluice.FluxStandIn.Tests;

public sealed class InterruptionTests
{
    [Fact]
    public async Task The_stand_in_goes_on_after_the_API_server_was_away_and_has_forgotten_its_watches()
    {
        await using var controlPlane = await ControlPlane.StartAsync();
        await FluxCrds.InstallAsync(controlPlane);
        await using var flux = await FluxInNamespace.StartAsync(controlPlane);
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1"))));

        var revision = "";
        await controlPlane.ExpireWatchesAsync(async () =>
        {
            revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "2")));
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        });
        await flux.AppliedAsync(revision);

        // And it hears of changes again: this one is in no list that it made before.
        await flux.SuspendAsync("Kustomization", "app");
        await flux.ReconcileAsync("Kustomization", "app");
    }

    [Fact]
    public async Task The_stand_in_may_start_before_the_CRDs_are_there()
    {
        await using var controlPlane = await ControlPlane.StartAsync();
        await using var flux = await FluxInNamespace.StartAsync(controlPlane);
        await FluxCrds.InstallAsync(controlPlane);
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1"))));
    }

    [Fact]
    public async Task A_watch_that_has_expired_is_begun_anew_from_a_list()
    {
        var configMaps = new ResourceKind("", "v1", "ConfigMap", "configmaps", true);
        await using var controlPlane = await ControlPlane.StartAsync();
        await controlPlane.Kubectl.RunAsync("create", "configmap", "before");
        await controlPlane.Kubectl.RunAsync("create", "configmap", "kept");
        var options = new StandInOptions { Kubeconfig = controlPlane.KubeconfigPath };
        using var api = new ApiServer(options);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var changes = Channel.CreateUnbounded<string>();
        var reflector = new Reflector(api, configMaps, "default", Record, TimeProvider.System, new Log(TextWriter.Null, LogLevel.Error, TimeProvider.System));
        var running = reflector.RunAsync(stop.Token);
        string[] listed = [await NextAsync(), await NextAsync()];
        listed.Should().BeEquivalentTo("+before", "+kept");

        await controlPlane.Kubectl.RunAsync("delete", "configmap", "before");
        (await NextAsync()).Should().Be("-before");
        await controlPlane.ExpireWatchesAsync();
        await controlPlane.Kubectl.RunAsync("create", "configmap", "after");
        string next;
        while ((next = await NextAsync()) is "=kept")
        {
        }

        next.Should().Be("+after");
        await stop.CancelAsync();
        await running;

        void Record(JsonObject? before, JsonObject? after) =>
            changes.Writer.TryWrite($"{(before is null ? "+" : after is null ? "-" : "=")}{(after ?? before)!.Name().Name}");
        async Task<string> NextAsync() => await changes.Reader.ReadAsync(stop.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }
}
