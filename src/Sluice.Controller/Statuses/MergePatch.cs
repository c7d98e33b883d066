using System.Text.Json.Nodes;

namespace Sluice.Controller.Statuses;

/// <summary>JSON merge patches (RFC 7396).</summary>
internal static class MergePatch
{
    /// <summary>What makes one object of another: no more than what differs.</summary>
    public static JsonObject Between(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (name, _) in from.Where(member => !to.ContainsKey(member.Key)))
        {
            patch[name] = null;
        }

        foreach (var (name, value) in to.Where(member => !JsonNode.DeepEquals(member.Value, from[member.Key])))
        {
            patch[name] = value is JsonObject wanted && from[name] is JsonObject found ? Between(found, wanted) : value?.DeepClone();
        }

        return patch;
    }
}
