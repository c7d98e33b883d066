using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Appliers;

/// <summary>
/// How kustomize-controller takes over what people did with kubectl: the entries of managers whose name starts with <c>kubectl</c>
/// (and of <c>before-first-apply</c>, and of its own updates) are folded into its own Apply entry, so that the apply that follows
/// removes what is not in Git. Only the main resource; <c>kustomize.toolkit.fluxcd.io/ssa: Merge</c> opts an object out.
/// </summary>
internal static class FieldOwnership
{
    public const string Manager = "kustomize-controller";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The JSON patch that takes an object over, or null when there is nothing to take.</summary>
    public static JsonArray? TakeOver(JsonObject existing)
    {
        var patch = new JsonArray();
        if (existing.Annotation(LastApplied) is not null)
            patch.Add(new JsonObject { ["op"] = "remove", ["path"] = $"/metadata/annotations/{LastApplied.Replace("/", "~1", StringComparison.Ordinal)}" });
        if (Merged(existing) is { } entries)
            patch.Add(new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = entries });
        if (patch.Count == 0)
            return null;

        // What was merged is only true of this version of the object.
        patch.Insert(0, new JsonObject { ["op"] = "test", ["path"] = "/metadata/resourceVersion", ["value"] = existing.Text("metadata", "resourceVersion") });
        return patch;
    }

    private static JsonArray? Merged(JsonObject existing)
    {
        var entries = existing.Objects("metadata", "managedFields").Select(entry => entry.Copy()).ToList();
        var taken = entries.Where(IsTaken).ToList();
        if (taken.Count == 0)
            return null;

        var own = entries.FirstOrDefault(IsOwn);
        if (own is null)
        {
            own = taken[0];
            own["manager"] = Manager;
            own["operation"] = "Apply";
            taken.RemoveAt(0);
        }

        foreach (var entry in taken)
        {
            Merge(own.Child("fieldsV1"), entry["fieldsV1"] as JsonObject ?? []);
            entries.Remove(entry);
        }

        return new JsonArray([.. entries]);
    }

    private static bool IsOwn(JsonObject entry) =>
        entry.Text("manager") == Manager && entry.Text("operation") == "Apply" && string.IsNullOrEmpty(entry.Text("subresource"));

    private static bool IsTaken(JsonObject entry)
    {
        var manager = entry.Text("manager") ?? "";
        return string.IsNullOrEmpty(entry.Text("subresource")) && (
            manager.StartsWith("kubectl", StringComparison.Ordinal)
            || (manager.StartsWith("before-first-apply", StringComparison.Ordinal) && entry.Text("operation") == "Update")
            || (manager == Manager && entry.Text("operation") == "Update"));
    }

    /// <summary>The union of two sets of fields: in FieldsV1 every key is a path element, so it is a merge of trees.</summary>
    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (key, value) in from)
        {
            if (into[key] is JsonObject present && value is JsonObject more)
                Merge(present, more);
            else if (!into.ContainsKey(key))
                into[key] = value?.DeepClone();
        }
    }
}
