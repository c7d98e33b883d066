using System.Diagnostics;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Docs.Tests;

/// <summary>Somebody who does what a page says, in a shell, on a cluster with Sluice and the stand-in of Flux.</summary>
internal sealed class Reader : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly ControlPlane _controlPlane;
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-docs-").FullName;
    private readonly List<ManagedProcess> _processes = [];

    private readonly IReadOnlyList<string> _tools;

    private Reader(ControlPlane controlPlane, IReadOnlyList<string> tools) => (_controlPlane, _tools) = (controlPlane, tools);

    // .../bin/Debug/net10.0/
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Starts everything.</summary>
    /// <param name="tools">Folders of programs that the page needs besides.</param>
    public static async Task<Reader> StartAsync(params IReadOnlyList<string> tools)
    {
        var reader = new Reader(await ControlPlane.StartAsync(), tools);
        await FluxCrds.InstallAsync(reader._controlPlane);
        await reader._controlPlane.InstallCrdsAsync(RepositoryRoot.Combine("config", "crd"));
        await reader._controlPlane.Kubectl.RunAsync("create", "namespace", "flux-system");
        // What proves who approves; the other policies have tests of their own.
        foreach (var policy in new[] { "approval-rights.yaml", "gated-sources.yaml" })
        {
            await reader._controlPlane.Kubectl.RunAsync("apply", "--server-side", "--field-manager=sluice-cli", "-f", RepositoryRoot.Combine("config", "admission", policy));
        }

        await ApprovalPolicies.InForceAsync(reader._controlPlane);

        await reader.CommitAsync();

        var health = LoopbackPort.Free();
        var native = Environment.GetEnvironmentVariable("SLUICE_CONTROLLER");
        reader.Start(
            string.IsNullOrEmpty(native) ? Built("src", "Sluice.Controller", "sluice-controller") : native,
            "--runtime-namespace=flux-system", "--enable-leader-election", "--trust-requested-by", "--metrics-addr=0", $"--audit-log={Path.Combine(reader._folder, "audit.jsonl")}", $"--health-addr=127.0.0.1:{health}");
        reader.Start(Built("tests", "flux-stand-in", "flux-stand-in"), "--git-root", Path.Combine(reader._folder, "git"));
        using var http = new HttpClient();
        await Eventually.GivesAsync("sluice-controller is ready", () => IsReadyAsync(http, new($"http://127.0.0.1:{health}/readyz")), ready => ready, Limit);
        return reader;
    }

    /// <summary>Does one thing, and gives what was printed; what only looks is looked at until it is as shown.</summary>
    public async Task<IReadOnlyList<string>> DoAsync(Step step)
    {
        if (step.File is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, step.File), step.Text);
            return [];
        }

        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var (_, printed) = await RunAsync(step.Text);
            if (!step.OnlyLooks || Printed.Agrees(step.Output, printed) || Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(15))
            {
                return printed;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await _controlPlane.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<(int ExitCode, IReadOnlyList<string> Printed)> RunAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1\n{command}"])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["KUBECONFIG"] = _controlPlane.KubeconfigPath;
        // The default cache is found by host and port, and ports are used again.
        start.Environment["KUBECACHEDIR"] = Path.Combine(_folder, "cache");
        start.Environment["PATH"] = string.Join(
            ':', [.. _tools, Path.GetDirectoryName(_controlPlane.Kubectl.Program), Path.GetDirectoryName(Built("src", "Sluice.Cli", "sluice")), Environment.GetEnvironmentVariable("PATH")]);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, [.. output.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd()).Where((line, i) => i > 0 || line.Length > 0)]);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Start(string program, params string[] arguments) =>
        _processes.Add(ManagedProcess.Start(program, [.. arguments, $"--kubeconfig={_controlPlane.KubeconfigPath}"]));

    private async Task CommitAsync()
    {
        var (exitCode, printed) = await RunAsync(
            """
            set -e
            git init --quiet --bare --initial-branch=main git/app.git
            git clone --quiet git/app.git app 2>/dev/null
            cd app && mkdir deploy
            printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: my-app, namespace: apps}\ndata: {version: v1}\n' >deploy/my-app.yaml
            git add . && git -c user.name=dev -c user.email=dev@example.org commit --quiet -m v1 && git push --quiet origin HEAD:main
            """);
        exitCode.Should().Be(0, string.Join('\n', printed));
    }

    private static string Built(string root, string project, string program) => RepositoryRoot.Combine(root, project, "bin", Configuration, "net10.0", program);
}
