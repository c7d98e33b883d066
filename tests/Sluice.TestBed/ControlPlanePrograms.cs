using Sluice.TestBed.Processes;

namespace Sluice.TestBed;

/// <summary>
/// The programs of a control plane: those in <c>KUBEBUILDER_ASSETS</c>, else the ones that <c>dev/control-plane binaries</c> finds in its
/// cache or builds.
/// </summary>
internal sealed class ControlPlanePrograms
{
    private static readonly Lazy<Task<ControlPlanePrograms>> Found = new(SearchAsync);

    private ControlPlanePrograms(string folder)
    {
        Etcd = Path.Combine(folder, "etcd");
        Kubectl = Path.Combine(folder, "kubectl");
        var own = Path.Combine(folder, "controlplane");
        IsKubeApiServer = !File.Exists(own);
        ApiServer = IsKubeApiServer ? Path.Combine(folder, "kube-apiserver") : own;
    }

    public string Etcd { get; }

    public string Kubectl { get; }

    public string ApiServer { get; }

    /// <summary>True for kube-apiserver, false for the server of tests/control-plane.</summary>
    public bool IsKubeApiServer { get; }

    /// <summary>Looks for the programs, once for the test process. A first build takes about 7 minutes and reports on standard error.</summary>
    /// <exception cref="InvalidOperationException">They could not be found or built; the message says why.</exception>
    public static Task<ControlPlanePrograms> FindAsync() => Found.Value;

    private static async Task<ControlPlanePrograms> SearchAsync()
    {
        var (exitCode, output, error) = await Command.RunAsync(
            RepositoryRoot.Combine("dev", "control-plane"), ["binaries"], null, TimeSpan.FromMinutes(40), Console.Error.WriteLine);
        return exitCode == 0
            ? new ControlPlanePrograms(output.Trim())
            : throw new InvalidOperationException($"dev/control-plane binaries failed with exit code {exitCode}:\n{error}");
    }
}
