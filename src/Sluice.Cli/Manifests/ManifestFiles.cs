using System.Text.Json.Nodes;

namespace Sluice.Cli.Manifests;

/// <summary>The objects of the files of <c>-f</c>.</summary>
/// <param name="Objects">The objects, lists taken apart, in the order of the files.</param>
/// <param name="Description">The files, for messages.</param>
internal sealed record ManifestFiles(IReadOnlyList<Manifest> Objects, string Description)
{
    private const string StandardInput = "-";

    /// <summary>Reads them.</summary>
    /// <param name="paths">The files; <c>-</c> is standard input.</param>
    /// <param name="input">Standard input.</param>
    /// <exception cref="CommandException">One cannot be read, or is not YAML.</exception>
    public static ManifestFiles Read(IReadOnlyList<string> paths, TextReader input)
    {
        List<Manifest> objects = [];
        foreach (var path in paths.Distinct())
        {
            var source = path == StandardInput ? "standard input" : path;
            try
            {
                using var text = path == StandardInput ? null : File.OpenText(path);
                objects.AddRange(YamlDocuments.Read(text ?? input, source).SelectMany(Apart).Select(item => new Manifest(item, source)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CommandException.Usage(e is FileNotFoundException or DirectoryNotFoundException ? $"{path} does not exist" : $"{path} cannot be read: {e.Message}");
            }
        }

        return new ManifestFiles(objects, string.Join(", ", paths.Distinct().Select(path => path == StandardInput ? "standard input" : path)));
    }

    // What 'kubectl get -o yaml' prints of several objects.
    private static IEnumerable<JsonObject> Apart(JsonObject item) =>
        item["items"] is JsonArray items && Manifest.Text(item["kind"])?.EndsWith("List", StringComparison.Ordinal) == true ? items.OfType<JsonObject>() : [item];
}
