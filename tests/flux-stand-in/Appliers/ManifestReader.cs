using System.Text;
using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Appliers;

/// <summary>
/// Collects the objects of a folder as kustomize-controller does: a folder with a kustomization.yaml is built,
/// any other is searched for *.yaml and *.yml with all its subfolders.
/// </summary>
internal sealed class ManifestReader(string? kubectl)
{
    private static readonly string[] KustomizationFiles = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    /// <exception cref="ManifestException">Something in the folder is no Kubernetes object.</exception>
    public async Task<IReadOnlyList<JsonObject>> ReadAsync(string folder, CancellationToken cancellation)
    {
        var objects = new List<JsonObject>();
        await CollectAsync(folder, objects, cancellation);
        foreach (var obj in objects)
        {
            if (obj.Text("apiVersion") is null || obj.Text("kind") is null || obj.Text("metadata", "name") is null)
                throw new ManifestException($"expected an object with apiVersion, kind and metadata.name, found: {Start(obj.ToJsonString())}");
        }

        return objects;
    }

    private async Task CollectAsync(string folder, List<JsonObject> objects, CancellationToken cancellation)
    {
        var kustomization = KustomizationFiles.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (kustomization is not null)
        {
            await BuildAsync(folder, kustomization, objects, cancellation);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            if (Directory.Exists(entry))
                await CollectAsync(entry, objects, cancellation);
            else if (Path.GetExtension(entry) is ".yaml" or ".yml")
                Add(await File.ReadAllTextAsync(entry, cancellation), Path.GetFileName(entry), objects);
        }
    }

    private async Task BuildAsync(string folder, string kustomization, List<JsonObject> objects, CancellationToken cancellation)
    {
        if (kubectl is not null)
        {
            try
            {
                var built = await RunProgram.OutputAsync(kubectl, ["kustomize", "--load-restrictor=LoadRestrictionsNone", folder], cancellation);
                Add(Encoding.UTF8.GetString(built), "kustomize build", objects);
            }
            catch (IOException e)
            {
                throw new ManifestException($"kustomize build failed: {e.Message}");
            }

            return;
        }

        // Without kubectl: the resources as they are, which is all that a plain list of files needs.
        var file = YamlDocuments.Read(await File.ReadAllTextAsync(kustomization, cancellation), Path.GetFileName(kustomization)).FirstOrDefault();
        foreach (var resource in file?["resources"] as JsonArray ?? [])
        {
            var path = Path.Combine(folder, resource!.GetValue<string>());
            if (Directory.Exists(path))
                await CollectAsync(path, objects, cancellation);
            else if (File.Exists(path))
                Add(await File.ReadAllTextAsync(path, cancellation), Path.GetFileName(path), objects);
            else
                throw new ManifestException($"kustomize build failed: accumulating resources from '{resource}': no such file or directory");
        }
    }

    private static void Add(string yaml, string file, List<JsonObject> objects)
    {
        foreach (var document in YamlDocuments.Read(yaml, file))
        {
            if (document.Text("kind") is { } kind && kind.EndsWith("List", StringComparison.Ordinal) && document["items"] is JsonArray items)
                objects.AddRange(items.OfType<JsonObject>().Select(item => item.Copy()));
            else if (document.Text("apiVersion")?.StartsWith("kustomize.config.k8s.io/", StringComparison.Ordinal) != true)
                objects.Add(document);
        }
    }

    private static string Start(string text) => text.Length > 80 ? $"{text[..80]}…" : text;
}
