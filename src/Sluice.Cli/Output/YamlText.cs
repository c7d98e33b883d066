using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sluice.Cli.Output;

/// <summary>
/// JSON as YAML that every YAML 1.1 and 1.2 reader understands alike: a string is quoted where it would otherwise be read as something else
/// (<c>"yes"</c>, <c>"1.30"</c>, <c>"2026-03-26T10:00:00Z"</c>), and text of several lines becomes a block.
/// </summary>
internal static partial class YamlText
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", "-", ".inf", ".nan", "+.inf", "-.inf",
    };

    /// <summary>The text, with a line break at its end.</summary>
    public static string Of(JsonNode node)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: true));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject properties:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, properties.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in properties)
                {
                    EmitString(emitter, name, isKey: true);
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray items:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, items.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in items)
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                EmitString(emitter, value.GetValue<string>(), isKey: false);
                break;
            default:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, node?.ToJsonString() ?? "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    private static void EmitString(Emitter emitter, string text, bool isKey)
    {
        var style = !isKey && text.Contains('\n', StringComparison.Ordinal) && !text.Any(c => char.IsControl(c) && c != '\n') ? ScalarStyle.Literal
            : text.Any(char.IsControl) || Words.Contains(text) || LooksLikeNumberOrTime().IsMatch(text) ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Plain;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: style == ScalarStyle.Plain, isQuotedImplicit: true));
    }

    // YAML 1.1's integers (binary, octal, hexadecimal, base 60), floats and timestamps.
    [GeneratedRegex(@"^([-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(:[0-9_]+)*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|\.[0-9_]+([eE][-+]?[0-9]+)?)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeNumberOrTime();
}
