using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Appliers;

/// <summary>Applies and prunes as fluxcd/pkg/ssa: a dry run of everything first, then only what is missing or has drifted, then nothing else.</summary>
internal sealed class ResourceApplier(ApiServer api, Discovery discovery, TimeProvider time)
{
    private const string Annotation = "kustomize.toolkit.fluxcd.io/";
    private static readonly TimeSpan EstablishFor = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan EstablishPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>Applies the objects, definitions (namespaces, CRDs) before the rest.</summary>
    /// <returns>What was changed, as <c>Kind/namespace/name</c>.</returns>
    /// <exception cref="ManifestException">An object has no namespace, or a kind that is not served.</exception>
    /// <exception cref="ApplyException">The API server refused an object; none of its stage was applied if the dry run found it.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<JsonObject> objects, CancellationToken cancellation)
    {
        var changed = new List<string>();
        foreach (var stage in objects.GroupBy(IsDefinition).OrderByDescending(stage => stage.Key))
        {
            var drifted = new List<(JsonObject Object, ResourceKind Kind)>();
            foreach (var obj in stage)
            {
                var kind = await KindOfAsync(obj, cancellation);
                if (await HasDriftedAsync(obj, kind, cancellation))
                    drifted.Add((obj, kind));
            }

            foreach (var (obj, kind) in drifted)
            {
                await WriteAsync(obj, kind, dryRun: false, cancellation);
                changed.Add(InventoryEntry.Of(obj).ToString());
            }

            foreach (var crd in drifted.Select(d => d.Object).Where(obj => obj.Text("kind") == "CustomResourceDefinition"))
                await WaitForEstablishedAsync(crd, cancellation);
        }

        return changed;
    }

    /// <summary>Deletes what was applied before and is not any more, unless it says not to or belongs to another Kustomization.</summary>
    public async Task<IReadOnlyList<string>> PruneAsync(IEnumerable<InventoryEntry> stale, ObjectName owner, CancellationToken cancellation)
    {
        var pruned = new List<string>();
        foreach (var entry in stale)
        {
            if (await discovery.FindAsync(entry.ApiVersion, entry.Kind, cancellation) is not { } kind)
                continue;
            var existing = await api.FindAsync(kind.Path(entry.Name), cancellation);
            if (existing is null || !IsOwnedBy(existing, owner) || existing.Annotation($"{Annotation}prune") == "disabled" || IsLeftAlone(existing))
                continue;
            try
            {
                await api.DeleteAsync(kind.Path(entry.Name), cancellation);
                pruned.Add(entry.ToString());
            }
            catch (ApiException e) when (e.ObjectIsMissing)
            {
            }
        }

        return pruned;
    }

    /// <summary>Whether objects of the kind live in a namespace, as far as the API server serves it already.</summary>
    public async Task<bool?> IsNamespacedAsync(JsonObject obj, CancellationToken cancellation) =>
        (await discovery.FindAsync(obj.Text("apiVersion")!, obj.Text("kind")!, cancellation))?.Namespaced;

    public async Task<JsonObject?> FindAsync(InventoryEntry entry, CancellationToken cancellation) =>
        await discovery.FindAsync(entry.ApiVersion, entry.Kind, cancellation) is { } kind ? await api.FindAsync(kind.Path(entry.Name), cancellation) : null;

    public static void SetOwner(JsonObject obj, ObjectName owner)
    {
        var labels = obj.Child("metadata").Child("labels");
        labels[$"{Annotation}name"] = owner.Name;
        labels[$"{Annotation}namespace"] = owner.Namespace;
    }

    private static bool IsOwnedBy(JsonObject obj, ObjectName owner) =>
        obj.Text("metadata", "labels", $"{Annotation}name") == owner.Name && obj.Text("metadata", "labels", $"{Annotation}namespace") == owner.Namespace;

    private static bool IsDefinition(JsonObject obj) => obj.Text("kind") is "Namespace" or "CustomResourceDefinition";

    private static bool IsLeftAlone(JsonObject obj) =>
        obj.Annotation($"{Annotation}reconcile") == "disabled" || obj.Annotation($"{Annotation}ssa") == "Ignore";

    private async Task<ResourceKind> KindOfAsync(JsonObject obj, CancellationToken cancellation)
    {
        var entry = InventoryEntry.Of(obj);
        var kind = await discovery.FindAsync(entry.ApiVersion, entry.Kind, cancellation)
            ?? throw new ManifestException($"{entry} dry-run failed: no matches for kind \"{entry.Kind}\" in version \"{entry.ApiVersion}\"");
        return kind.Namespaced && entry.Name.Namespace.Length == 0
            ? throw new ManifestException($"{entry} namespace not specified: set metadata.namespace or the Kustomization's spec.targetNamespace")
            : kind;
    }

    private async Task<bool> HasDriftedAsync(JsonObject obj, ResourceKind kind, CancellationToken cancellation)
    {
        var existing = await api.FindAsync(kind.Path(obj.Name()), cancellation);
        if (IsLeftAlone(obj) || (existing is not null && (IsLeftAlone(existing) || obj.Annotation($"{Annotation}ssa") == "IfNotPresent")))
            return false;

        var tried = await WriteAsync(obj, kind, dryRun: true, cancellation);
        if (existing is null)
            return true;

        var takeOver = obj.Annotation($"{Annotation}ssa") == "Merge" || existing.Annotation($"{Annotation}ssa") == "Merge" ? null : FieldOwnership.TakeOver(existing);
        if (takeOver is null)
            return !SameContent(existing, tried);
        await api.PatchAsync(kind.Path(obj.Name()), ApiServer.JsonPatch, FieldOwnership.Manager, takeOver, cancellation);
        return true;
    }

    private async Task<JsonObject> WriteAsync(JsonObject obj, ResourceKind kind, bool dryRun, CancellationToken cancellation)
    {
        try
        {
            return await api.ApplyAsync(kind.Path(obj.Name()), FieldOwnership.Manager, obj, dryRun, cancellation);
        }
        catch (ApiException e)
        {
            throw new ApplyException($"{InventoryEntry.Of(obj)} {(dryRun ? "dry-run" : "apply")} failed ({e.Reason}): {e.Message}", e);
        }
    }

    /// <summary>Equal but for what the API server keeps for itself, and for the status.</summary>
    private static bool SameContent(JsonObject left, JsonObject right) => JsonNode.DeepEquals(Content(left), Content(right));

    private static JsonObject Content(JsonObject obj)
    {
        var content = obj.Copy();
        content["metadata"] = new JsonObject
        {
            ["labels"] = obj.At("metadata", "labels")?.DeepClone(),
            ["annotations"] = obj.At("metadata", "annotations")?.DeepClone(),
        };
        content.Remove("status");
        return content;
    }

    private async Task WaitForEstablishedAsync(JsonObject crd, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) < EstablishFor)
        {
            if (await FindAsync(InventoryEntry.Of(crd), cancellation) is { } existing && Controllers.Conditions.IsTrue(existing, "Established"))
                return;
            await Task.Delay(EstablishPoll, time, cancellation);
        }
    }
}
