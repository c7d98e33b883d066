using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Cli.Tests.Installing;

/// <summary>
/// What a cluster does with the Deployment sluice-controller, which this API server has nobody for: the real program runs, one in the place of all
/// replicas, with the arguments and the rights that it has there. A new one is ready, and the Service leads to it, before the old one ends.
/// </summary>
internal sealed class DeployedController : IAsyncDisposable
{
    private const string Deployment = "/apis/apps/v1/namespaces/flux-system/deployments/sluice-controller", Service = "/api/v1/namespaces/flux-system/services/sluice-webhook";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(60);

    private readonly ControlPlane _cluster;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<string> _output = [];
    private readonly Task _working;
    private ManagedProcess? _running;
    private long _generation, _secondsBeforeStop;

    private DeployedController(ControlPlane cluster)
    {
        _cluster = cluster;
        _client = cluster.CreateHttpClient();
        _working = WorkAsync();
    }

    /// <summary>Begins to look after the Deployment, there already or still to come.</summary>
    public static DeployedController Start(ControlPlane cluster) => new(cluster);

    /// <summary>Ends it, and gives what the programs have printed.</summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await _stopping.CancelAsync();
        await _working;
        await StopAsync();
        return _output;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync();
        }
        finally
        {
            _client.Dispose();
            _stopping.Dispose();
        }
    }

    private async Task WorkAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var deployment = await GetAsync(Deployment);
            if (deployment is null)
                await StopAsync();
            else if ((long)deployment["metadata"]!["generation"]! is var generation && generation != _generation)
                await RollOutAsync(deployment, generation);
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private async Task RollOutAsync(JsonNode deployment, long generation)
    {
        var container = deployment["spec"]!["template"]!["spec"]!["containers"]![0]!;
        var (health, webhook) = (LoopbackPort.Free(), $"127.0.0.1:{LoopbackPort.Free()}");
        // There is no notification-controller; and its own ports are the pod's, which there is none of.
        var started = ManagedProcess.Start(ControllerBinary.Path,
        [
            .. container["args"]!.AsArray().Select(argument => (string)argument!).Where(argument => !argument.StartsWith("--events-addr=", StringComparison.Ordinal))
                .Select(argument => argument == "--webhook-addr=:9443" ? $"--webhook-addr={webhook}" : argument),
            "--runtime-namespace=flux-system", "--metrics-addr=0", $"--health-addr=127.0.0.1:{health}",
            $"--kubeconfig={_cluster.KubeconfigFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts", "system:serviceaccounts:flux-system")}",
        ]);
        var old = (Program: _running, Seconds: _secondsBeforeStop);
        (_running, _secondsBeforeStop, _generation) = (started, (long?)container["lifecycle"]?["preStop"]?["sleep"]?["seconds"] ?? 0, generation);
        using var http = new HttpClient();
        var ready = new Uri($"http://127.0.0.1:{health}/readyz");
        await Eventually.GivesAsync("the program is ready", () => AskAsync(http, ready), answer => answer == "ok" || started.HasExited, Patience);
        if (started.HasExited)
            throw new InvalidOperationException($"The controller has ended:\n{string.Join('\n', started.Output)}");
        if (await GetAsync(Service) is not null)
            await PatchAsync(Service, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["controlplane/address"] = webhook } } });
        await StopAsync(old.Program, old.Seconds);
        var replicas = (int)deployment["spec"]!["replicas"]!;
        await PatchAsync(Deployment + "/status", new JsonObject
        {
            ["status"] = new JsonObject { ["observedGeneration"] = generation, ["replicas"] = replicas, ["updatedReplicas"] = replicas, ["availableReplicas"] = replicas },
        });
    }

    private async Task StopAsync()
    {
        var program = _running;
        (_running, _generation) = (null, 0);
        await StopAsync(program, _secondsBeforeStop);
    }

    private async Task StopAsync(ManagedProcess? program, long secondsBefore)
    {
        if (program is null)
            return;
        await Task.Delay(TimeSpan.FromSeconds(secondsBefore), TimeProvider.System);
        await program.TerminateAsync(TimeSpan.FromSeconds(30));
        _output.AddRange(program.Output);
        await program.DisposeAsync();
    }

    private static async Task<string> AskAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.IsSuccessStatusCode ? "ok" : await answer.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    private async Task<JsonNode?> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode == HttpStatusCode.NotFound ? null : JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private async Task PatchAsync(string path, JsonObject patch)
    {
        using var body = new StringContent(patch.ToJsonString(), Encoding.UTF8, "application/merge-patch+json");
        using var answer = await _client.PatchAsync(new Uri(path + "?fieldManager=cluster", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }
}
