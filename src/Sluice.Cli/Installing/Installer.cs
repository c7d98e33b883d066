using System.Text.Json.Nodes;
using Sluice.Api.Metadata;
using Sluice.Cli.Cluster;
using Sluice.Cli.Manifests;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>Applies what is installed, on the server's side, and deletes what another way of admission has left.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="time">The clock.</param>
/// <param name="force">Whether to take fields over that others have set differently.</param>
internal sealed class Installer(ClusterClient cluster, TimeProvider time, bool force)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", Namespaced: false);

    /// <summary>Whether the API server has MutatingAdmissionPolicy in version v1.</summary>
    public static async Task<bool> ServesMutatingPoliciesAsync(ClusterClient cluster, CancellationToken cancellation)
    {
        var policies = InstallKinds.MutatingPolicies;
        var served = await cluster.TryGetPathAsync($"/apis/{policies.ApiVersion}", cancellation);
        return served?["resources"] is JsonArray resources && resources.Any(resource => (string?)resource?["name"] == policies.Plural);
    }

    /// <summary>Fails unless the namespace is there. It is Flux's, so it is not this program's to create.</summary>
    public async Task RequireNamespaceAsync(string name, CancellationToken cancellation)
    {
        if (await cluster.TryGetAsync(Namespaces, new ObjectKey("", name), cancellation) is null)
        {
            throw new CommandException($"there is no namespace '{name}' in the cluster ({cluster.Origin}): Sluice goes where Flux is\n"
                + "install Flux first, or say with -n where it is");
        }
    }

    /// <summary>Says what applying an object would do: the API server does everything but store it.</summary>
    /// <exception cref="CommandException">Another manager has set one of its fields differently.</exception>
    public async Task<InstallChange> PlanAsync(InstallObject item, CancellationToken cancellation)
    {
        var before = await cluster.TryGetAsync(item.Resource, item.Key, cancellation);
        var after = await ApplyAsync(item, dryRun: true, cancellation);
        return before is null ? InstallChange.Created
            : !JsonNode.DeepEquals(Bare(before), Bare(after)) ? InstallChange.Configured
            : JsonNode.DeepEquals(Owned(before), Owned(after)) ? InstallChange.Unchanged : InstallChange.Adopted;
    }

    /// <summary>Applies an object.</summary>
    /// <exception cref="CommandException">Another manager has set one of its fields differently.</exception>
    public Task ApplyAsync(InstallObject item, CancellationToken cancellation) => ApplyAsync(item, dryRun: false, cancellation);

    private async Task<JsonObject> ApplyAsync(InstallObject item, bool dryRun, CancellationToken cancellation)
    {
        try
        {
            return await cluster.ApplyAsync(item.Resource, item.Key, item.Json, new ApplyOptions(FieldManagers.CommandLine) { Force = force, DryRun = dryRun }, cancellation);
        }
        catch (KubernetesApiException e) when (e.IsFieldManagerConflict)
        {
            throw new CommandException($"{item}: somebody else has set what Sluice sets: {string.Join("; ", e.Causes.Select(cause => $"{cause.Field}: {cause.Message}"))}\n"
                + "nothing more was changed; --force-conflicts sets it as Sluice has it");
        }
    }

    /// <summary>What is there of other ways of admission, in the order in which it goes. Of the same name but without Sluice's label, it is somebody else's.</summary>
    public async Task<IReadOnlyList<InstallObject>> FindOthersAsync(IReadOnlyList<InstallObject> objects, string inNamespace, CancellationToken cancellation)
    {
        List<InstallObject> found = [];
        foreach (var item in InstallSet.Others(objects, inNamespace))
        {
            if (await cluster.TryGetAsync(item.Resource, item.Key, cancellation) is { } json && Manifest.Text(json["metadata"]!["labels"]?[InstallSet.PartOfLabel]) == InstallSet.PartOf)
                found.Add(item with { Json = json });
        }

        return found;
    }

    /// <summary>Deletes an object, if it is still the one that was found.</summary>
    public Task<bool> DeleteAsync(InstallObject found, CancellationToken cancellation) =>
        cluster.DeleteAsync(found.Resource, found.Key, new DeleteOptions { Uid = Manifest.Text(found.Json["metadata"]!["uid"]) }, cancellation);

    /// <summary>Waits until the API server serves a kind that was defined just now.</summary>
    public async Task EstablishedAsync(InstallObject definition, TimeSpan patience, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var conditions = (await cluster.TryGetAsync(definition.Resource, definition.Key, cancellation))?["status"]?["conditions"] as JsonArray ?? [];
            if (conditions.Any(condition => (string?)condition?["type"] == "Established" && (string?)condition?["status"] == "True"))
                return;
            if (time.GetElapsedTime(started) >= patience)
            {
                throw new CommandException($"{definition} is not Established after {GoDuration.Format(patience)}: {Said(conditions)}\n"
                    + $"see 'kubectl describe crd {definition.Key.Name}', and run the same command again");
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static string Said(JsonArray conditions) => conditions.Count == 0
        ? "the API server has not looked at it yet"
        : string.Join("; ", conditions.Select(condition => $"{Manifest.Text(condition?["type"])}={Manifest.Text(condition?["status"])} {Manifest.Text(condition?["message"])}".TrimEnd()));

    // What this program owns.
    private static JsonNode? Owned(JsonObject json) => (json["metadata"]!["managedFields"] as JsonArray ?? []).FirstOrDefault(
        entry => Manifest.Text(entry?["manager"]) == FieldManagers.CommandLine && Manifest.Text(entry?["operation"]) == "Apply")?["fieldsV1"];

    // Who set a field, and what controllers found meanwhile, are no changes.
    private static JsonObject Bare(JsonObject json)
    {
        var bare = json.DeepClone().AsObject();
        bare.Remove("status");
        foreach (var field in new[] { "managedFields", "resourceVersion", "generation" })
            bare["metadata"]!.AsObject().Remove(field);
        return bare;
    }
}
