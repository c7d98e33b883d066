using FluxStandIn.Appliers;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;
using FluxStandIn.Sources;
using Microsoft.AspNetCore.Builder;

namespace FluxStandIn;

/// <summary>A running stand-in: what the program starts, and what a test starts in its own process.</summary>
public sealed class StandIn : IAsyncDisposable
{
    /// <summary>What it says it is when it starts.</summary>
    public const string Introduction =
        "flux-stand-in: plays Flux's source-controller, kustomize-controller and, of charts in a folder, helm-controller for tests and the demo. It is not Flux.";

    private readonly CancellationTokenSource _stop = new();
    private readonly ApiServer _api;
    private readonly HttpClient _http = new();
    private readonly ReconcileCounts _counts;
    private readonly ArtifactStorage _storage;
    private readonly List<Controller> _controllers = [];
    private readonly string? _temporaryFolder;
    private WebApplication? _server;
    private Task _running = Task.CompletedTask;

    private StandIn(StandInOptions options)
    {
        _temporaryFolder = options.StoragePath is null ? Directory.CreateTempSubdirectory("flux-stand-in-").FullName : null;
        var root = Path.GetFullPath(options.StoragePath ?? _temporaryFolder!);
        Directory.CreateDirectory(root);
        var log = new Log(options.Log, options.LogLevel, options.Time);
        _api = new ApiServer(options);
        _counts = new ReconcileCounts(options.Time);
        _storage = new ArtifactStorage(root, options.Time);

        var discovery = new Discovery(_api);
        var applier = new ResourceApplier(_api, discovery, options.Time);
        var manifests = new ManifestReader(options.Kubectl ?? FindInPath("kubectl"));
        var sources = Control(new GitRepositoryReconciler(_storage, options));
        var kustomizations = Control(new KustomizationReconciler(_api, new ArtifactFetcher(_http), manifests, applier, options, log));
        SourceTrigger.Connect(sources, kustomizations);
        if (options.ChartRoot is { } charts)
        {
            var registry = new ChartRegistry(charts);
            var releases = Control(new HelmReleaseReconciler(_api, new ArtifactFetcher(_http), manifests, discovery, options, log));
            SourceTrigger.ConnectReleases(Control(new HelmChartReconciler(_api, registry, _storage, options)), releases);
            SourceTrigger.ConnectReleases(Control(new OciRepositoryReconciler(registry, _storage, options)), releases);
        }

        foreach (var kind in FluxKinds.Others.Where(kind => _controllers.TrueForAll(controller => controller.Kind != kind)))
            Control(new OtherKindReconciler(kind, options));

        Controller Control(Reconciler reconciler)
        {
            var controller = new Controller(reconciler, _api, options, _counts, log);
            _controllers.Add(controller);
            return controller;
        }
    }

    /// <summary>Where the artifacts and <c>/reconciles</c> are served.</summary>
    public Uri StorageAddress => _storage.Address!;

    /// <summary>How often each object was looked at since the start.</summary>
    public IReadOnlyList<ReconcileCount> Reconciles => _counts.All;

    /// <summary>Ends when the stand-in is disposed of.</summary>
    public Task Completion => _running;

    /// <summary>Starts it. The API server, and Flux's CRDs, may come later.</summary>
    /// <exception cref="k8s.Exceptions.KubeConfigException">The kubeconfig cannot be read.</exception>
    public static async Task<StandIn> StartAsync(StandInOptions options, CancellationToken cancellation = default)
    {
        var standIn = new StandIn(options);
        standIn._server = await ArtifactServer.StartAsync(options.StorageAddress, standIn._storage, standIn._counts, cancellation);
        standIn._running = Task.WhenAll(standIn._controllers.Select(controller => Task.Run(() => controller.RunAsync(standIn._stop.Token))));
        return standIn;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        foreach (var controller in _controllers)
            controller.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _api.Dispose();
        _http.Dispose();
        _stop.Dispose();
        if (_temporaryFolder is not null)
            Directory.Delete(_temporaryFolder, recursive: true);
    }

    private static string? FindInPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
