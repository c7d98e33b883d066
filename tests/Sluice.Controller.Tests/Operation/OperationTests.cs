using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Operation;

/// <summary>What the people who run it meet: idleness, logs, metrics, readiness, flags, kinds that come and go.</summary>
public sealed class OperationTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    [Fact]
    public async Task With_nothing_changing_the_controller_writes_nothing_and_asks_nothing_but_watches_and_its_lease()
    {
        var ns = await cluster.NewNamespaceAsync();
        for (var i = 0; i < 20; i++)
        {
            await cluster.CreateGateAsync(ns, $"gate-{i}", i % 2 == 0 ? """{"interval": "1s"}""" : """{"interval": "1s", "default": "opened", "window": "1h"}""");
            await cluster.CreateGatedAsync(Kustomization, ns, $"app-{i}", $"gate-{i}");
            await cluster.CreateGatedAsync(FluxResources.All[2], ns, $"app-{i}", $"gate-{i},gate-{(i + 1) % 20}");
        }

        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--enable-leader-election"]);
        for (var i = 0; i < 20; i += 2)
        {
            await cluster.UntilHeldAsync(Kustomization, ns, $"app-{i}");
            await cluster.UntilAsync(FluxResources.Gate, ns, $"gate-{i}", "counts what it holds", gate => (int?)gate["status"]?["held"] == 3);
        }

        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
        proxy.Forget();
        await Task.Delay(TimeSpan.FromSeconds(25), TimeProvider.System, TestContext.Current.CancellationToken);

        proxy.Requests.Should().OnlyContain(
            request => request.Contains("watch=true", StringComparison.Ordinal) || request.Contains("/leases/sluice-controller-leader-election", StringComparison.Ordinal),
            "idle means idle, although each gate is looked at every second");
        proxy.Requests.Count(request => request.Contains("/leases/", StringComparison.Ordinal)).Should().BeInRange(3, 8, "the lease is renewed every 5 s");
    }

    [Fact]
    public async Task Every_line_of_the_log_is_a_JSON_object_with_level_time_and_message()
    {
        await using var controller = await cluster.StartControllerAsync();
        await controller.Process.TerminateAsync(TimeSpan.FromSeconds(25));
        var lines = controller.Process.Output.Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!).ToList();
        lines.Should().NotBeEmpty();
        lines.Should().OnlyContain(line => line["level"] != null && line["ts"] != null && line["msg"] != null);
    }

    [Fact]
    public async Task Metrics_say_what_is_opened_held_and_changed_and_forget_a_gate_that_is_gone()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await using var controller = await cluster.StartControllerAsync();
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        var held = await controller.ScrapeAsync();
        held.Should().Contain($"sluice_gate_opened{{name=\"gate\",namespace=\"{ns}\"}} 0");
        held.Should().Contain($"sluice_held_objects{{kind=\"Kustomization\",namespace=\"{ns}\"}} 1");

        await cluster.OpenAsync(ns, "gate");
        await cluster.UntilReleasedAsync(Kustomization, ns, "app");
        var released = await controller.ScrapeAsync();
        released.Should().Contain($"sluice_gate_opened{{name=\"gate\",namespace=\"{ns}\"}} 1");
        released.Should().Contain($"sluice_transitions_total{{name=\"gate\",namespace=\"{ns}\",reason=\"Requested\",to=\"opened\"}} 1");
        released.Should().Contain("sluice_hold_seconds_count{kind=\"Kustomization\"} 1");
        released.Should().Contain($"gotk_reconcile_duration_seconds_count{{kind=\"Gate\",name=\"gate\",namespace=\"{ns}\"}}");

        await cluster.Api.DeleteAsync(FluxResources.Gate, new(ns, "gate"), cancellation: TestContext.Current.CancellationToken);
        await cluster.UntilHeldAsync(Kustomization, ns, "app", "GateNotFound");
        await Eventually.GivesAsync("no series of the gate is left", controller.ScrapeAsync, page => !page.Contains($"name=\"gate\",namespace=\"{ns}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_an_API_server_it_is_alive_but_not_ready_and_says_why_and_becomes_ready_when_there_is_one()
    {
        await cluster.ControlPlane.StopApiServerAsync();
        await using var controller = await RunningController.StartAsync(cluster.ControlPlane.KubeconfigPath, ["--runtime-namespace=default"], awaitReady: false);
        using var http = new HttpClient();
        var cancellation = TestContext.Current.CancellationToken;
        await Eventually.GivesAsync("it answers", async () =>
        {
            try
            {
                return await http.GetStringAsync(new Uri(controller.Health, "/healthz"), cancellation);
            }
            catch (HttpRequestException)
            {
                return "";
            }
        }, answer => answer.Length > 0);
        using (var notReady = await http.GetAsync(new Uri(controller.Health, "/readyz"), cancellation))
        {
            ((int)notReady.StatusCode).Should().Be(503);
            (await notReady.Content.ReadAsStringAsync(cancellation)).Should().Contain("is the API server reachable");
        }

        await cluster.ControlPlane.StartApiServerAsync();
        await controller.ReadyAsync();
    }

    [Fact]
    public async Task Another_kind_with_suspend_is_held_when_a_flag_names_it_from_the_moment_that_it_is_installed()
    {
        await using var controller = await cluster.StartControllerAsync($"--additional-kinds={TerraformCrd.Name}");
        await TerraformCrd.InstallAsync(cluster.ControlPlane);
        var ns = await cluster.NewNamespaceAsync();
        var terraform = new ApiResource("infra.contrib.fluxcd.io", "v1alpha2", "terraforms", "Terraform");
        await cluster.Api.CreateAsync(
            terraform, ns,
            System.Text.Encoding.UTF8.GetBytes($$$"""{"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform", "metadata": {"name": "vpc", "namespace": "{{{ns}}}", "annotations": {"gating.toolkit.fluxcd.io/gates": "none"}}, "spec": {}}"""),
            ObjectDecoders.Ignore, cancellation: TestContext.Current.CancellationToken);
        await cluster.UntilAsync(terraform, ns, "vpc", "is held", found => found.IsSuspended());
        await cluster.Kubectl.RunAsync("delete", $"crd/{TerraformCrd.Name}");
        await controller.Process.WaitForLineAsync("Terraform is not served any more", TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("--events-addr=notification", "--events-addr")]
    [InlineData("--health-addr=here", "--health-addr")]
    [InlineData("--concurrent=0", "--concurrent")]
    [InlineData("--min-retry-delay=soon", "--min-retry-delay")]
    [InlineData("--leader-election-lease-duration=1s", "--leader-election-lease-duration")]
    [InlineData("--additional-kinds=Terraform", "--additional-kinds")]
    [InlineData("--additional-kinds=terraforms.infra.contrib.fluxcd.io,others.example.org", "--additional-kinds")]
    [InlineData("--kube-api-qps=NaN", "--kube-api-qps")]
    [InlineData("--watch-label-selector=tier in web", "--watch-label-selector")]
    [InlineData("--no-such-flag", "--no-such-flag")]
    public async Task A_flag_that_makes_no_sense_ends_the_program_with_two_and_a_word_about_the_flag(string argument, string flag)
    {
        await using var controller = await RunningController.StartAsync(cluster.ControlPlane.KubeconfigPath, [argument], awaitReady: false);
        (await controller.Process.WaitForExitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Should().Be(2);
        string.Join('\n', controller.Process.Output).Should().Contain(flag);
    }

    [Fact]
    public async Task A_context_that_does_not_exist_ends_the_program_with_one_and_says_so()
    {
        await using var controller = await RunningController.StartAsync(cluster.ControlPlane.KubeconfigPath, ["--context=nowhere"], awaitReady: false);
        (await controller.Process.WaitForExitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Should().Be(1);
        string.Join('\n', controller.Process.Output).Should().Contain("nowhere");
    }
}
