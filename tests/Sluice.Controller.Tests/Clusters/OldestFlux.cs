using System.Text.Json.Nodes;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>
/// The oldest Kubernetes and the oldest Flux that Sluice supports, with a controller: the CRDs of this machine's Flux, at the versions that Flux 2.3
/// serves, and ImagePolicy without <c>spec.suspend</c>, which came with Flux 2.7.
/// </summary>
public sealed class OldestFlux : IAsyncLifetime
{
    // By definition, the version that is stored first; the others are served beside it.
    private static readonly Dictionary<string, string[]> Versions = new()
    {
        ["kustomizations"] = ["v1", "v1beta2", "v1beta1"],
        ["helmreleases"] = ["v2", "v2beta2", "v2beta1"],
        ["gitrepositories"] = ["v1", "v1beta2", "v1beta1"],
        ["helmrepositories"] = ["v1", "v1beta2", "v1beta1"],
        ["helmcharts"] = ["v1", "v1beta2", "v1beta1"],
        ["ocirepositories"] = ["v1beta2"],
        ["buckets"] = ["v1beta2", "v1beta1"],
        ["imagerepositories"] = ["v1beta2", "v1beta1"],
        ["imagepolicies"] = ["v1beta2", "v1beta1"],
        ["imageupdateautomations"] = ["v1beta2", "v1beta1"],
    };

    /// <summary>Flux's ten kinds, where Flux 2.3 stores them.</summary>
    public static IReadOnlyList<ApiResource> All { get; } = [.. FluxResources.All.Select(resource => resource with { Version = Versions[resource.Plural][0] })];

    private readonly Cluster _cluster = NewCluster();
    private NotSupportedException? _refusal;

    /// <summary>The cluster. A test that asks for it where there cannot be one of that version is skipped, which a fixture cannot be.</summary>
    public Cluster Cluster => _refusal is null ? _cluster : throw _refusal;

    public RunningController Controller { get; private set; } = null!;

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

        Controller = await Cluster.StartControllerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await (Controller?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _cluster.DisposeAsync();
    }

    /// <summary>The cluster, not begun, without a controller.</summary>
    public static Cluster NewCluster() => new() { Kubernetes = ControlPlaneOptions.OldestSupportedVersion, InstallFluxAsync = InstallAsync };

    private static async Task<FluxCrds> InstallAsync(ControlPlane controlPlane)
    {
        var crds = FluxCrds.Find();
        var folder = Directory.CreateTempSubdirectory("sluice-oldest-flux-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(crds.Folder, "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml"))
            {
                var crd = JsonNode.Parse(await controlPlane.Kubectl.RunAsync("create", "--dry-run=client", "-o=json", $"--filename={file}"))!;
                if (Versions.TryGetValue((string?)crd["spec"]?["names"]?["plural"] ?? "", out var versions))
                {
                    await File.WriteAllTextAsync(Path.Combine(folder.FullName, Path.GetFileName(file)), AsOf(crd, versions).ToJsonString());
                }
            }

            await controlPlane.InstallCrdsAsync(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return crds;
    }

    private static JsonNode AsOf(JsonNode crd, string[] versions)
    {
        var newest = crd["spec"]!["versions"]!.AsArray().Single(version => (bool)version!["storage"]!)!;
        if ((string?)crd["spec"]!["names"]!["kind"] == "ImagePolicy")
        {
            newest["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!["properties"]!.AsObject().Remove("suspend");
        }

        crd["spec"]!["versions"] = new JsonArray([.. versions.Select(name =>
        {
            var version = newest.DeepClone();
            version["name"] = name;
            version["storage"] = name == versions[0];
            return version;
        })]);
        return crd;
    }
}
