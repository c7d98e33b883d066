using System.Reflection;
using System.Text.Json.Nodes;
using Sluice.Cli.Manifests;

namespace Sluice.Cli.Installing;

/// <summary>
/// The manifests of the repository's <c>config/</c>, which this program carries, put together as kustomize does. Of kustomize it knows what
/// these use, <c>resources</c> and <c>labels</c>, and refuses the rest: a test compares the result with that of kubectl.
/// </summary>
internal static class EmbeddedManifests
{
    private const string File = "kustomization.yaml";

    /// <summary>The objects of a folder, such as <c>config/default</c>.</summary>
    public static IReadOnlyList<JsonObject> Build(string folder)
    {
        var kustomization = Read($"{folder}/{File}").Single();
        List<JsonObject> objects = [];
        foreach (var (field, value) in kustomization)
        {
            switch (field)
            {
                case "apiVersion" or "kind":
                    break;
                case "resources":
                    objects.AddRange(value!.AsArray().Select(resource => Path(folder, (string)resource!)).SelectMany(path => Has($"{path}/{File}") ? Build(path) : Read(path)));
                    break;
                case "labels":
                    // Kustomize applies them to everything, wherever in the file they stand.
                    break;
                default:
                    throw new InvalidOperationException($"{folder}/{File}: the field '{field}' is not one that sluice install can put together.");
            }
        }

        foreach (var label in (kustomization["labels"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (label.Count != 1 || label["pairs"] is not JsonObject pairs)
                throw new InvalidOperationException($"{folder}/{File}: expected labels with 'pairs' alone.");
            foreach (var json in objects)
                Label(json, pairs);
        }

        return objects;
    }

    /// <summary>The objects that a component's own resources are, without what it does to those of others.</summary>
    public static IReadOnlyList<JsonObject> ResourcesOf(string component) =>
        [.. Read($"{component}/{File}").Single()["resources"]!.AsArray().SelectMany(resource => Read(Path(component, (string)resource!)))];

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

    private static IReadOnlyList<JsonObject> Read(string path)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(path)
            ?? throw new InvalidOperationException($"this program does not carry {path}; Sluice.Cli.csproj says what it does.");
        using var text = new StreamReader(stream);
        return YamlDocuments.Read(text, path);
    }
}
