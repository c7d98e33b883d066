using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Sluice.TestBed.Certificates;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed;

/// <summary>
/// A Kubernetes API server with its etcd, for tests: on free ports of the loopback interface, in a folder of its own under the temporary
/// one, gone after <see cref="DisposeAsync"/> and after the end of the test process, however that comes about.
/// </summary>
/// <remarks>
/// Which API server it is says <see cref="Server"/>: kube-apiserver when <c>KUBEBUILDER_ASSETS</c> is set, else the one in
/// <c>tests/control-plane</c>, whose README tells what it cannot do. Neither runs controllers: no garbage collection, no pods.
/// It takes about 2 s to start: share one among the tests of a class, and give each test a namespace of its own.
/// The way of kube-apiserver follows envtest of controller-runtime; it has not been run on a machine that has kube-apiserver yet.
/// </remarks>
public sealed class ControlPlane : IAsyncDisposable
{
    private readonly ControlPlanePrograms _programs;
    private readonly ControlPlaneOptions _options;
    private readonly CertificateAuthority _authority = new();
    private readonly TemporaryFolder _folder = new();
    private readonly string _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly HttpClient _client;
    private Etcd? _etcd;
    private ManagedProcess? _apiServer;
    private bool _disposed;

    private ControlPlane(ControlPlanePrograms programs, ControlPlaneOptions options)
    {
        _programs = programs;
        _options = options;
        Address = new Uri($"https://127.0.0.1:{LoopbackPort.Free()}");
        KubeconfigPath = PathOf("admin.kubeconfig");
        Kubectl = new Kubectl(programs.Kubectl, KubeconfigPath, PathOf("kubectl-cache"));
        _client = CreateHttpClient();
    }

    /// <summary>A kubeconfig of a user in the group <c>system:masters</c>, who may do everything (by bearer token).</summary>
    public string KubeconfigPath { get; }

    /// <summary>Where the API server is, for example <c>https://127.0.0.1:23456/</c>; the same after a restart.</summary>
    public Uri Address { get; }

    /// <summary>Which API server this is, for the output of tests: <c>controlplane v1.36.4</c> or <c>kube-apiserver v1.36.0</c>.</summary>
    public string Server { get; private set; } = "not started";

    /// <summary>kubectl, as the user who may do everything.</summary>
    public Kubectl Kubectl { get; }

    /// <summary>What the API server has printed since its last start.</summary>
    public IReadOnlyList<string> ApiServerOutput => _apiServer?.Output ?? [];

    /// <summary>Starts etcd and the API server and waits until they are ready.</summary>
    /// <param name="options">How; default <see cref="ControlPlaneOptions"/> as it is.</param>
    /// <exception cref="InvalidOperationException">The programs could not be found or built, or one of them ended.</exception>
    /// <exception cref="NotSupportedException">The kube-apiserver is of another version than is asked for. An xUnit test that throws it is skipped.</exception>
    /// <exception cref="TimeoutException">One of them was not ready in time; the message ends with its output.</exception>
    public static async Task<ControlPlane> StartAsync(ControlPlaneOptions? options = null)
    {
        ControlPlane controlPlane = new(await ControlPlanePrograms.FindAsync(), options ?? new ControlPlaneOptions());
        try
        {
            controlPlane.WriteFiles();
            controlPlane._etcd = await Etcd.StartAsync(controlPlane._programs.Etcd, controlPlane.PathOf("etcd"), controlPlane._options.StartTimeout);
            await controlPlane.StartApiServerAsync();
            if (controlPlane is { _programs.IsKubeApiServer: true, _options.EmulatedVersion: { } version }
                && !controlPlane.Server.StartsWith($"kube-apiserver v{version}.", StringComparison.Ordinal))
            {
                // A test that throws this is skipped: so xUnit knows it, of which nothing else is needed here.
                throw new NotSupportedException($"$XunitDynamicSkip${controlPlane.Server} cannot be told to be {version}");
            }

            return controlPlane;
        }
        catch
        {
            await controlPlane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a kubeconfig of another user (by client certificate). The user has no rights but those that RBAC objects give.</summary>
    /// <param name="user">The user's name; must not be empty.</param>
    /// <param name="groups">The user's groups, beside <c>system:authenticated</c>.</param>
    /// <returns>The path of the kubeconfig.</returns>
    public string KubeconfigFor(string user, params IEnumerable<string> groups)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        var (certificate, key) = _authority.IssueForUser(user, groups);
        var path = PathOf($"user-{Guid.NewGuid():n}.kubeconfig");
        Kubeconfig.Write(path, Address, _authority.CertificatePem, user,
            ("client-certificate-data", Kubeconfig.Base64(certificate)), ("client-key-data", Kubeconfig.Base64(key)));
        return path;
    }

    /// <summary>kubectl as another user: see <see cref="KubeconfigFor"/>.</summary>
    /// <param name="user">The user's name; must not be empty.</param>
    /// <param name="groups">The user's groups, beside <c>system:authenticated</c>.</param>
    public Kubectl KubectlFor(string user, params IEnumerable<string> groups) =>
        new(_programs.Kubectl, KubeconfigFor(user, groups), PathOf("kubectl-cache"));

    /// <summary>
    /// A client for raw requests, as the user who may do everything: for what kubectl hides, such as the events of a watch. The caller
    /// disposes of it.
    /// </summary>
    public HttpClient CreateHttpClient()
    {
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _authority.Certificate },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", _token) },
        };
    }

    /// <summary>
    /// Starts the API server again, with the same address, data, certificate and users, and waits until it is ready. Does nothing when it
    /// runs.
    /// </summary>
    /// <exception cref="InvalidOperationException">It ended; the message ends with its output.</exception>
    /// <exception cref="TimeoutException">It was not ready in time; the message ends with its output.</exception>
    public async Task StartApiServerAsync()
    {
        if (_apiServer is { HasExited: false })
        {
            return;
        }

        await (_apiServer?.DisposeAsync() ?? ValueTask.CompletedTask);
        _apiServer = ManagedProcess.Start(_programs.ApiServer, ApiServerArguments());
        await Readiness.WaitAsync(_apiServer, "The API server", _options.StartTimeout, async cancellationToken =>
        {
            using var answer = await _client.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode ? null : $"/readyz answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}";
        });
        var version = JsonNode.Parse(await _client.GetStringAsync(new Uri("/version", UriKind.Relative)))!;
        Server = $"{Path.GetFileName(_programs.ApiServer)} {(string?)version["gitVersion"]}";
    }

    /// <summary>Stops the API server in good order, as an upgrade does: watches end, connections close. etcd goes on.</summary>
    public async Task StopApiServerAsync()
    {
        if (_apiServer is not null)
        {
            await _apiServer.TerminateAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Kills the API server at once, as a crash does, and waits until it is gone. etcd goes on.</summary>
    public async Task KillApiServerAsync()
    {
        if (_apiServer is not null)
        {
            _apiServer.Kill();
            // Else a start that follows at once could find it running still, and leave it at that.
            await _apiServer.WaitForExitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>
    /// Has etcd forget every older revision: lists go on with a <c>continue</c> of before get 410 Gone, and, with
    /// <see cref="ControlPlaneOptions.WatchCache"/> off, new watches from before do too. Watches that are established go on.
    /// </summary>
    /// <returns>The oldest revision that etcd still has, as a resourceVersion; all that were given out before are older.</returns>
    public async Task<string> CompactAsync()
    {
        var etcd = _etcd ?? throw new InvalidOperationException("etcd does not run.");
        // Twice: a watch from resourceVersion N begins at revision N + 1, which must be compacted too.
        await etcd.AdvanceAsync();
        var revision = await etcd.AdvanceAsync();
        await etcd.CompactAsync(revision);
        return revision.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Breaks every watch in such a way that none can go on where it was: the API server is stopped, etcd compacted, the API server started
    /// again. A watch from a resourceVersion of before gets an ERROR event with status code 410, reason <c>Expired</c>, and the client has
    /// to list again.
    /// </summary>
    /// <param name="whileStopped">What happens between stop and start, for example nothing for 20 s.</param>
    public async Task ExpireWatchesAsync(Func<Task>? whileStopped = null)
    {
        await StopApiServerAsync();
        await (whileStopped?.Invoke() ?? Task.CompletedTask);
        await CompactAsync();
        await StartApiServerAsync();
    }

    /// <summary>
    /// Applies CRDs (server-side) and waits until each is established and served.
    /// </summary>
    /// <param name="path">A YAML file, or a folder of which every <c>*.yaml</c> is applied, but for kustomization.yaml.</param>
    /// <exception cref="KubectlException">A manifest was refused.</exception>
    /// <exception cref="TimeoutException">A CRD is not served after 30 s; the message names it and its conditions.</exception>
    public async Task InstallCrdsAsync(string path)
    {
        string[] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml").Order(StringComparer.Ordinal)]
            : [path];
        if (files.Length == 0)
        {
            throw new FileNotFoundException($"There is no *.yaml in {path}.");
        }

        await Kubectl.RunAsync(["apply", "--server-side", "--force-conflicts", .. files.Select(file => $"--filename={file}")]);
        await ServedCrds.WaitAsync(_client, TimeSpan.FromSeconds(30));
    }

    /// <summary>Kills both programs and removes the folder. Does nothing the second time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_apiServer is not null)
        {
            await _apiServer.DisposeAsync();
        }

        if (_etcd is not null)
        {
            await _etcd.DisposeAsync();
        }

        _client.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private void WriteFiles()
    {
        Directory.CreateDirectory(PathOf("certs"));
        var (certificate, key) = _authority.IssueForLoopback();
        File.WriteAllText(PathOf("certs/apiserver.crt"), certificate);
        File.WriteAllText(PathOf("certs/apiserver.key"), key);
        File.WriteAllText(PathOf("ca.crt"), _authority.CertificatePem + "\n");
        File.WriteAllText(PathOf("tokens.csv"), $"{_token},admin,admin,system:masters\n");
        Kubeconfig.Write(KubeconfigPath, Address, _authority.CertificatePem, "admin", ("token", _token));
        if (_programs.IsKubeApiServer)
        {
            using var rsa = RSA.Create(2048);
            File.WriteAllText(PathOf("sa-signer.key"), rsa.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(PathOf("sa-signer.crt"), rsa.ExportSubjectPublicKeyInfoPem());
        }
    }

    private IEnumerable<string> ApiServerArguments() =>
    [
        $"--etcd-servers={_etcd!.Address.GetLeftPart(UriPartial.Authority)}",
        $"--cert-dir={PathOf("certs")}",
        $"--secure-port={Address.Port}",
        $"--token-auth-file={PathOf("tokens.csv")}",
        $"--client-ca-file={PathOf("ca.crt")}",
        $"--watch-cache={(_options.WatchCache ? "true" : "false")}",
        .. _programs.IsKubeApiServer ? KubeApiServerArguments() : OwnArguments(),
        .. _options.ApiServerArguments,
    ];

    private IEnumerable<string> OwnArguments() =>
        [$"--data-dir={PathOf("apiserver")}", .. _options.EmulatedVersion is { } version ? [$"--emulated-version={version}"] : Array.Empty<string>()];

    // What envtest of controller-runtime passes to kube-apiserver.
    private IEnumerable<string> KubeApiServerArguments() =>
    [
        "--bind-address=127.0.0.1",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--disable-admission-plugins=ServiceAccount",
        $"--service-account-issuer={Address}",
        $"--service-account-key-file={PathOf("sa-signer.crt")}",
        $"--service-account-signing-key-file={PathOf("sa-signer.key")}",
    ];
}
