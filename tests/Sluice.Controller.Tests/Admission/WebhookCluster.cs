using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>
/// A cluster of the oldest Kubernetes that Sluice supports, with what <c>config/webhook</c> installs and two controllers with the rights from there, which share the webhook's requests. There is
/// no network of Services, so the configuration names an address instead; the controllers are told so.
/// </summary>
public sealed class WebhookCluster : IAsyncLifetime
{
    public static readonly ApiResource Configuration = new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", Namespaced: false);

    public static readonly ApiResource Secret = new("", "v1", "secrets", "Secret");

    private readonly Cluster _cluster = new() { Kubernetes = ControlPlaneOptions.OldestSupportedVersion };
    private NotSupportedException? _refusal;

    /// <summary>The cluster. A test that asks for it where there cannot be one of that version is skipped, which a fixture cannot be.</summary>
    public Cluster Cluster
    {
        get => _refusal is null ? _cluster : throw _refusal;
        init => _cluster = value;
    }

    /// <summary>The kinds that are born held here.</summary>
    public IEnumerable<ApiResource> Kinds { get; init; } = FluxResources.All;

    public IReadOnlyList<int> Ports { get; } = [LoopbackPort.Free(), LoopbackPort.Free()];

    public List<RunningController> Controllers { get; } = [];

    /// <summary>The configuration before any controller has seen it.</summary>
    public JsonNode Written { get; private set; } = null!;

    private RoundRobin? Service { get; set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            await _cluster.InitializeAsync();
        }
        catch (NotSupportedException e)
        {
            _refusal = e;
            return;
        }

        await Cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await Cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "webhook"));
        Service = RoundRobin.Start(Ports);
        var address = $$"""{"op": "replace", "path": "/webhooks/INDEX/clientConfig", "value": {"url": "https://127.0.0.1:{{Service.Port}}/mutate"} }""";
        await Cluster.Kubectl.RunAsync(
            "patch", "mutatingwebhookconfiguration", "sluice", "--type=json", "--field-manager=tester",
            "-p", $"[{address.Replace("INDEX", "0", StringComparison.Ordinal)}, {address.Replace("INDEX", "1", StringComparison.Ordinal)}]");
        Written = (await Cluster.GetAsync(Configuration, "", "sluice"))!;
        foreach (var port in Ports)
        {
            Controllers.Add(await StartControllerAsync(port));
        }

        await Eventually.GivesAsync("what is born is held", () => BirthStory.HasBegunAsync(Cluster, Kinds), held => held, TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var controller in Controllers)
        {
            await controller.DisposeAsync();
        }

        Service?.Dispose();
        await _cluster.DisposeAsync();
    }

    /// <summary>Starts a controller that serves the webhook on a port, with the rights that <c>config/webhook</c> gives it.</summary>
    public Task<RunningController> StartControllerAsync(int port, bool awaitReady = true) => RunningController.StartAsync(
        Cluster.ControlPlane.KubeconfigFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts"),
        ["--runtime-namespace=flux-system", "--trust-requested-by", "--enable-leader-election", $"--webhook-addr=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--webhook-host=127.0.0.1"],
        awaitReady);

    /// <summary>Ends a replica as a kubelet does: the Service lets go of it, and it finishes what it has in hand.</summary>
    public async Task EndAsync(int replica)
    {
        Service!.Leave(Ports[replica]);
        await Controllers[replica].Process.TerminateAsync(TimeSpan.FromSeconds(25));
    }

    /// <summary>A namespace with a closed gate.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await Cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        return ns;
    }

    /// <summary>Creates an object as it is given, and gives it as it was stored.</summary>
    public Task<JsonNode> CreateAsync(ApiResource resource, string ns, string name, string? gates, string more = "{}") => Cluster.Api.CreateAsync(
        resource, ns, Manifest(resource, ns, name, gates, more), json => JsonNode.Parse(json)!, new() { FieldManager = "author" }, TestContext.Current.CancellationToken);

    /// <summary>Applies an object by force, as kustomize-controller does.</summary>
    public Task<JsonNode> ApplyAsync(ApiResource resource, string ns, string name, string? gates, string more = "{}") => Cluster.Api.ApplyAsync(
        resource, new(ns, name), Manifest(resource, ns, name, gates, more), new("kustomize-controller") { Force = true }, json => JsonNode.Parse(json)!, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="BirthStory.BindAsync" />
    public Task BindAsync(string ns, string spec) => BirthStory.BindAsync(Cluster, ns, spec);

    /// <inheritdoc cref="BirthStory.IsBornHeldAsync" />
    public Task<bool> IsBornHeldAsync(string ns) => BirthStory.IsBornHeldAsync(Cluster, ns);

    /// <summary>How many requests the webhook was asked about, in all replicas.</summary>
    public async Task<int> CountRequestsAsync()
    {
        var count = 0;
        foreach (var controller in Controllers.Where(controller => !controller.Process.HasExited))
        {
            var families = PrometheusParser.Parse(await controller.ScrapeAsync());
            count += families.TryGetValue("sluice_admission_requests_total", out var family) ? (int)family.Samples.Sum(sample => sample.Value) : 0;
        }

        return count;
    }

    private static byte[] Manifest(ApiResource resource, string ns, string name, string? gates, string more)
    {
        var manifest = JsonNode.Parse(GatedSamples.Write(resource, ns, name, gates ?? "").Span)!.AsObject();
        if (gates is null)
        {
            manifest["metadata"]!.AsObject().Remove("annotations");
        }

        foreach (var (field, value) in JsonNode.Parse(more)!.AsObject())
        {
            manifest["spec"]![field] = value?.DeepClone();
        }

        return Encoding.UTF8.GetBytes(manifest.ToJsonString());
    }
}
