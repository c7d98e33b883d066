using System.Text.Json.Nodes;
using Sluice.TestBed;

namespace Sluice.Release.Tests;

/// <summary>A cluster that charts are rendered for and installed on.</summary>
public sealed class ChartCluster : IAsyncLifetime
{
    private ControlPlane _controlPlane = null!;
    private string _helm = null!;

    public string Chart { get; } = RepositoryRoot.Combine("charts", "sluice");

    public Kubectl Kubectl => _controlPlane.Kubectl;

    public async ValueTask InitializeAsync()
    {
        _helm = (await Script.RunAsync(RepositoryRoot.Combine("dev", "helm"))).Trim();
        _controlPlane = await ControlPlane.StartAsync();
        await Kubectl.RunAsync("create", "namespace", "flux-system");
    }

    public ValueTask DisposeAsync() => _controlPlane.DisposeAsync();

    public Task<string> HelmAsync(params IEnumerable<string> arguments) => Script.RunAsync(_helm, [.. arguments, $"--kubeconfig={_controlPlane.KubeconfigPath}"]);

    /// <summary>What the chart is for some values, such as <c>replicas=3</c>, in the namespace flux-system.</summary>
    public Task<string> RenderAsync(params IEnumerable<string> values) =>
        HelmAsync(["template", "sluice", Chart, "--namespace=flux-system", .. values.Select(value => $"--set={value}")]);

    /// <summary>What kustomize builds from a folder of config.</summary>
    public Task<string> KustomizeAsync(string folder) => Script.RunAsync(Kubectl.Program, "kustomize", RepositoryRoot.Combine("config", folder));

    /// <summary>
    /// What the API server makes of a manifest, by kind and name, without keeping it. Labels are left out.
    /// </summary>
    public async Task<Dictionary<string, JsonNode>> ObjectsAsync(string manifest)
    {
        var printed = await Kubectl.RunAsync(["apply", "--server-side", "--dry-run=server", "-o", "json", "-f", "-"], manifest);
        Dictionary<string, JsonNode> objects = [];
        foreach (var made in JsonNode.Parse(printed)!["items"]!.AsArray())
        {
            var metadata = made!["metadata"]!;
            foreach (var ofThisRequest in new[] { "labels", "managedFields", "uid", "creationTimestamp", "resourceVersion" })
            {
                metadata.AsObject().Remove(ofThisRequest);
            }

            objects.Add($"{made["kind"]}/{metadata["name"]}", made);
        }

        return objects;
    }
}
