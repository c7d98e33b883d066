using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Controller.Admission;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Applies a JSON Patch as RFC 6902 says, as far as the webhook's answers go: members of objects are added and removed.</summary>
internal static class PatchedJson
{
    public static JsonNode Apply(JsonNode target, IEnumerable<PatchOperation> patch)
    {
        var result = target.DeepClone();
        foreach (var step in JsonNode.Parse(PatchOperation.Write(patch))!.AsArray())
        {
            var path = ((string)step!["path"]!)[1..].Split('/').Select(name => name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
            var parent = path[..^1].Aggregate(result, (node, name) => (node is JsonArray items ? items[int.Parse(name)] : node[name]) ?? throw new JsonException($"There is no {name} in {node}."));
            switch ((string)step["op"]!)
            {
                case "add":
                    parent[path[^1]] = step["value"]!.DeepClone();
                    break;
                case "remove":
                    parent.AsObject().Remove(path[^1]).Should().BeTrue("what is removed must be there: {0}", step["path"]);
                    break;
                default:
                    throw new JsonException($"Not expected: {step}");
            }
        }

        return result;
    }
}
