using System.Reflection;
using System.Text.Json.Nodes;
using Sluice.Cli.Manifests;

namespace Sluice.Cli.Installing;

/// <summary>
/// The manifests of the repository's <c>config/</c>, which this program carries, put together as kustomize does. Of kustomize it knows what
/// these use, and refuses the rest: a test compares the result with that of kubectl.
/// </summary>
internal static class EmbeddedManifests
{
    private const string File = "kustomization.yaml";

    private static readonly string[] Known = ["apiVersion", "kind", "resources", "components", "patches", "labels"];

    /// <summary>The objects of a folder, such as <c>config/default</c>.</summary>
    public static IReadOnlyList<JsonObject> Build(string folder)
    {
        List<JsonObject> objects = [];
        Add(folder, objects);
        return objects;
    }

    // A component sees, and changes, what was put together before it. The order is kustomize's, wherever in the file the fields stand.
    private static void Add(string folder, List<JsonObject> objects)
    {
        var source = $"{folder}/{File}";
        var kustomization = Read(source).OfType<JsonObject>().Single();
        if (kustomization.Select(field => field.Key).FirstOrDefault(field => !Known.Contains(field)) is { } unknown)
            throw new InvalidOperationException($"{source}: the field '{unknown}' is not one that sluice install can put together.");

        foreach (var path in Items(kustomization, "resources").Select(resource => Path(folder, (string)resource!)))
            objects.AddRange(Has($"{path}/{File}") ? Build(path) : Read(path).OfType<JsonObject>());
        foreach (var component in Items(kustomization, "components"))
            Add(Path(folder, (string)component!), objects);
        foreach (var patch in Items(kustomization, "patches").OfType<JsonObject>())
            ManifestPatch.Apply(patch, Operations(folder, patch), objects, source);
        foreach (var label in Items(kustomization, "labels").OfType<JsonObject>())
        {
            if (label.Count != 1 || label["pairs"] is not JsonObject pairs)
                throw new InvalidOperationException($"{source}: expected labels with 'pairs' alone.");
            foreach (var json in objects)
                Label(json, pairs);
        }
    }

    // In a file of their own, or in place.
    private static JsonArray Operations(string folder, JsonObject patch)
    {
        if (Manifest.Text(patch["path"]) is { } path)
            return Read(Path(folder, path)).OfType<JsonArray>().Single();
        using var text = new StringReader(Manifest.Text(patch["patch"]) ?? "");
        return YamlDocuments.ReadAll(text, $"a patch of {folder}/{File}").OfType<JsonArray>().Single();
    }

    private static IEnumerable<JsonNode?> Items(JsonObject kustomization, string field) => kustomization[field] as JsonArray ?? [];

    private static void Label(JsonObject json, JsonObject pairs)
    {
        var metadata = json["metadata"]!.AsObject();
        if (metadata["labels"] is not JsonObject labels)
            metadata["labels"] = labels = [];
        foreach (var (name, value) in pairs)
            labels[name] = value!.DeepClone();
    }

    private static string Path(string folder, string resource)
    {
        List<string> parts = [.. folder.Split('/')];
        foreach (var part in resource.Split('/'))
        {
            if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static bool Has(string path) => Assembly.GetExecutingAssembly().GetManifestResourceInfo(path) is not null;

    private static IReadOnlyList<JsonNode?> Read(string path)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(path)
            ?? throw new InvalidOperationException($"this program does not carry {path}; Sluice.Cli.csproj says what it does.");
        using var text = new StreamReader(stream);
        return YamlDocuments.ReadAll(text, path);
    }
}
