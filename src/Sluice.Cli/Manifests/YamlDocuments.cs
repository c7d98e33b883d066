using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sluice.Cli.Manifests;

/// <summary>YAML documents as JSON, as kubectl reads them: plain words may be booleans, numbers or nothing, times stay texts.</summary>
internal static class YamlDocuments
{
    /// <summary>Reads the objects of a text; what is no object is left out.</summary>
    /// <param name="text">The text: YAML, or JSON, which is YAML too.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <exception cref="CommandException">It is not YAML.</exception>
    public static IReadOnlyList<JsonObject> Read(TextReader text, string source) => [.. ReadAll(text, source).OfType<JsonObject>()];

    /// <summary>Reads the documents of a text, objects or not.</summary>
    /// <param name="text">The text: YAML, or JSON, which is YAML too.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <exception cref="CommandException">It is not YAML.</exception>
    public static IReadOnlyList<JsonNode?> ReadAll(TextReader text, string source)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(text);
            return [.. stream.Documents.Select(document => Convert(document.RootNode))];
        }
        catch (YamlException e)
        {
            var reason = e.InnerException is YamlException inner ? inner : e;
            throw CommandException.Usage(string.Create(CultureInfo.InvariantCulture, $"{source} is not YAML: line {reason.Start.Line}: {reason.Message.TrimEnd('.')}"));
        }
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(Key(pair.Key), Convert(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar when scalar.Tag.IsEmpty => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };

    private static string Key(YamlNode key) => (key as YamlScalarNode)?.Value ?? throw new YamlException(key.Start, key.End, "a key must be a word");

    // The YAML 1.1 that kubectl speaks: 'default: off' is a boolean there, too, and no text.
    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when char.IsAsciiDigit(text[^1]) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        _ => text,
    };
}
