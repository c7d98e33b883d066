using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api;
using Sluice.Api.Gates;
using Sluice.Api.Serialization;
using Sluice.Cli.Suggestions;

namespace Sluice.Cli.Manifests;

/// <summary>Finds a gate in files and reads it as strictly as the API server would: a misspelt field is no field.</summary>
internal static class GateManifest
{
    /// <summary>Finds and reads it.</summary>
    /// <param name="files">The files.</param>
    /// <param name="wanted">Its <c>NAME</c> or <c>NAMESPACE/NAME</c>; null: the only one.</param>
    /// <param name="inNamespace">The namespace of what names none; null: it stays open.</param>
    /// <exception cref="CommandException">There is none, there are several, or it cannot be read.</exception>
    public static Gate Read(ManifestFiles files, string? wanted, string? inNamespace)
    {
        var gates = files.Objects.Where(item => item.Is(ApiGroup.Name, Gate.KindName)).ToList();
        if (gates.Count == 0)
            throw CommandException.Usage($"there is no Gate in {files.Description}: expected apiVersion {ApiGroup.ApiVersion}, kind {Gate.KindName}");
        var found = wanted is null ? gates : gates.FindAll(gate => IsCalled(gate, wanted, inNamespace));
        if (found is not [var only])
        {
            var names = string.Join(", ", gates.Select(Name));
            throw CommandException.Usage(
                found.Count > 1 && wanted is null ? $"there are {found.Count} Gates in {files.Description}: say which one of {names}"
                : found.Count > 1 ? $"there are {found.Count} Gates '{wanted}' in {files.Description}: say which with NAMESPACE/NAME"
                : $"there is no Gate '{wanted}' in {files.Description}: {Nearest.Question(Nearest.To(wanted!, gates.Select(gate => gate.Name))) ?? $"it has {names}"}");
        }

        var gate = Parse(only);
        return gate with { Metadata = gate.Metadata with { Namespace = only.Namespace ?? inNamespace } };
    }

    private static string Name(Manifest gate) => gate.Namespace is { } named ? $"{named}/{gate.Name}" : gate.Name;

    private static bool IsCalled(Manifest gate, string wanted, string? inNamespace) => wanted.Split('/') switch
    {
        [var name] => gate.Name == name && (inNamespace is null || gate.Namespace is null || gate.Namespace == inNamespace),
        [var ns, var name] => gate.Name == name && (gate.Namespace ?? inNamespace ?? ns) == ns,
        _ => false,
    };

    private static Gate Parse(Manifest manifest)
    {
        if (manifest.Name.Length == 0)
            throw Fault(manifest, "metadata.name: a Gate needs a name");
        if (Manifest.Text(manifest.Json["apiVersion"]) is { } version && version != ApiGroup.ApiVersion)
            throw Fault(manifest, $"apiVersion: '{version}' is not known here; expected {ApiGroup.ApiVersion}");
        Gate gate;
        try
        {
            DropNulls(manifest.Json);
            gate = manifest.Json.Deserialize(ApiJson.Default.Gate)!;
        }
        catch (JsonException e)
        {
            throw Fault(manifest, Describe(manifest.Json, e));
        }

        if (gate.Spec.Windows?.Contains(null!) == true)
            throw Fault(manifest, "spec.windows: an entry of the list is empty");
        if (manifest.Json["spec"] is JsonObject written && FindUnknown(written, JsonSerializer.SerializeToNode(gate.Spec, ApiJson.Default.GateSpec), "spec") is { } unknown)
            throw Fault(manifest, unknown);
        var repeated = gate.Spec.Windows?.Index().FirstOrDefault(window => gate.Spec.Windows.Take(window.Index).Any(before => before.Name == window.Item.Name));
        return repeated is not { Item: { } twice } ? gate : throw Fault(manifest, $"spec.windows[{repeated.Value.Index}].name: '{twice.Name}' is there twice; windows are told apart by their names");
    }

    // Nothing is the same as a field that is not there, as the API server has it.
    private static void DropNulls(JsonNode? node)
    {
        if (node is JsonObject properties)
        {
            foreach (var name in properties.Where(property => property.Value is null).Select(property => property.Key).ToList())
                properties.Remove(name);
        }

        foreach (var child in node switch { JsonObject parent => parent.Select(property => property.Value), JsonArray items => items, _ => [] })
            DropNulls(child);
    }

    // "$.spec.windows[0].duration" is where the reader stopped.
    private static string Describe(JsonObject json, JsonException failure)
    {
        var path = failure.Path is { Length: > 2 } stopped ? stopped[2..] : "the object";
        var kind = At(json, path)?.GetValueKind() switch
        {
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => "something else",
        };
        var advice = kind is "a number" or "a boolean" ? ": write it in quotes, if a text is meant" : "";
        return $"{path}: {kind} is not what belongs there{advice}";
    }

    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (var step in path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
            node = node is JsonArray items && int.TryParse(step, out var index) && index < items.Count ? items[index] : (node as JsonObject)?[step];
        return node;
    }

    // What the API types do not write again, they have not read: there is no such field.
    private static string? FindUnknown(JsonNode? written, JsonNode? read, string path) => (written, read) switch
    {
        (JsonObject given, JsonObject known) => given.Select(field =>
            known[field.Key] is { } value ? FindUnknown(field.Value, value, $"{path}.{field.Key}")
            : $"{path}.{field.Key}: there is no such field{(Nearest.Question(Nearest.To(field.Key, FieldsOf(path))) is { } question ? $": {question}" : "")}").FirstOrDefault(found => found is not null),
        (JsonArray given, JsonArray known) => given.Select((item, index) => FindUnknown(item, known[index], $"{path}[{index}]")).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static IEnumerable<string> FieldsOf(string path) => path switch
    {
        "spec" => ["interval", "default", "window", "accessFrom", "timeZone", "windows", "margin"],
        _ when path.StartsWith("spec.windows[", StringComparison.Ordinal) && path.EndsWith(']') => ["name", "action", "description", "cron", "duration", "timeZone", "start", "end", "calendar", "exceptDates"],
        _ => [],
    };

    private static CommandException Fault(Manifest manifest, string message) => CommandException.Usage($"Gate {Name(manifest)} in {manifest.Source}: {message}");
}
