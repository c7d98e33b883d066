using System.Text.Json.Nodes;
using Sluice.Cli.Checking;
using Sluice.Cli.Cluster;
using Sluice.Cli.Manifests;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>
/// Takes Sluice away: stops it, so that nothing is held anew, lets go what it holds, and deletes what was installed. Each step looks at what
/// is there, so a run that was cut off is finished by another.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="time">The clock.</param>
/// <param name="inNamespace">Where Sluice is installed.</param>
internal sealed class Uninstaller(ClusterClient cluster, TimeProvider time, string inNamespace)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // API servers watch policies, so it takes them about a second.
    private static readonly TimeSpan Hearsay = TimeSpan.FromSeconds(5);

    private static readonly ApiResource Leases = new("coordination.k8s.io", "v1", "leases", "Lease");

    private readonly Dictionary<string, (string? Version, long Since)> _leases = [];

    /// <summary>What was installed and is there, with policies that change objects, or the webhook, or neither.</summary>
    public async Task<Installed> FindAsync(CancellationToken cancellation)
    {
        List<InstallObject> found = [], ofOthers = [];
        foreach (var item in InstallSet.Everything(inNamespace).Reverse())
        {
            if (await cluster.TryGetAsync(item.Resource, item.Key, cancellation) is { } json)
                (Manifest.Text(json["metadata"]!["labels"]?[InstallSet.PartOfLabel]) == InstallSet.PartOf ? found : ofOthers).Add(item with { Json = json });
        }

        List<InstalledDefinition> definitions = [];
        foreach (var item in found.Where(IsDefinition))
            definitions.Add(new(item, await CountAsync(item, cancellation)));
        return new(
            [.. found.Where(IsProgram)], [.. found.Where(IsPolicy)], [.. found.Where(item => !IsProgram(item) && !IsPolicy(item) && !IsDefinition(item))], definitions, ofOthers);
    }

    /// <summary>Refuses to take half of a Sluice away that is installed elsewhere: what is not in a namespace is found from anywhere.</summary>
    /// <exception cref="CommandException">The rights are those of a controller in another namespace.</exception>
    public void RequireNamespace(Installed found)
    {
        var subjects = found.Objects.FirstOrDefault(item => item.Resource.Kind == "ClusterRoleBinding" && item.Key.Name.StartsWith(InstallSet.ControllerName, StringComparison.Ordinal))?.Json["subjects"] as JsonArray;
        if (subjects?.Select(subject => Manifest.Text(subject!["namespace"])).FirstOrDefault() is { } installed && installed != inNamespace)
            throw new CommandException($"Sluice is installed in namespace {installed}, not in {inNamespace}: nothing was done\nrun the command again with -n {installed}");
    }

    /// <summary>Deletes an object, if it is still the one that was found.</summary>
    public Task<bool> DeleteAsync(InstallObject item, CancellationToken cancellation) =>
        cluster.DeleteAsync(item.Resource, item.Key, new DeleteOptions { Uid = Manifest.Text(item.Json["metadata"]!["uid"]), Propagation = "Background" }, cancellation);

    /// <summary>Waits until no controller runs any more, which would hold again what is let go.</summary>
    /// <exception cref="CommandException">One still does.</exception>
    public async Task StoppedAsync(TimeSpan patience, Action<string> progress, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        string? said = null;
        while (await RunningAsync(cancellation) is { } running)
        {
            if (time.GetElapsedTime(started) >= patience)
            {
                throw new CommandException($"sluice-controller still runs after {GoDuration.Format(patience)}: {running}\n"
                    + "it would hold again what is let go, so nothing is let go, and the policies that guard it stay: stop it, and run the same command again, which goes on from here");
            }

            if (running != said)
                progress($"waiting for sluice-controller to stop: {said = running}");
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Waits until definitions that were deleted are gone: an API server deletes their objects first, and a new Sluice could not be installed meanwhile.</summary>
    /// <exception cref="CommandException">One is still there.</exception>
    public async Task GoneAsync(IEnumerable<InstallObject> definitions, TimeSpan patience, Action<string> progress, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        foreach (var item in definitions)
        {
            var isSaid = false;
            // One of the same name that was made anew is somebody's.
            while (await cluster.TryGetAsync(item.Resource, item.Key, cancellation) is { } found && Manifest.Text(found["metadata"]!["uid"]) == Manifest.Text(item.Json["metadata"]!["uid"]))
            {
                if (time.GetElapsedTime(started) >= patience)
                {
                    throw new CommandException($"{item} is still being deleted after {GoDuration.Format(patience)}: an API server deletes its objects first, and a finalizer may keep one\n"
                        + $"see 'kubectl get {item.Key.Name} -A', and run the same command again, which goes on from here");
                }

                if (!isSaid)
                    progress($"waiting for {item} to be gone");
                isSaid = true;
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    /// <summary>Waits until API servers have heard that policies are gone: until then they go on holding what is created.</summary>
    public async Task HeardAsync(Action<string> progress, CancellationToken cancellation)
    {
        progress("waiting until API servers have heard that the policies are gone");
        await Task.Delay(Hearsay, time, cancellation);
    }

    /// <summary>The leases by which controllers, of every shard, have found out who leads.</summary>
    public async Task<IReadOnlyList<InstallObject>> LeasesAsync(CancellationToken cancellation)
    {
        var leases = await cluster.TryListAsync(Leases, inNamespace, cancellation) ?? [];
        return [.. leases.Select(json => new InstallObject(Leases, new ObjectKey(inNamespace, Manifest.Text(json["metadata"]!["name"])!), json))
            .Where(lease => LeaseCheck.IsOne(lease.Key.Name))];
    }

    private static bool IsProgram(InstallObject item) => item.Resource == InstallKinds.Deployments || InstallKinds.IsAdmission(item.Resource) && !IsPolicy(item);

    private static bool IsPolicy(InstallObject item) => InstallKinds.IsPolicy(item.Resource);

    private static bool IsDefinition(InstallObject item) => item.Resource == InstallKinds.Definitions;

    private async Task<string> CountAsync(InstallObject definition, CancellationToken cancellation) =>
        DefinedKind.Of(definition.Json) is { } kind && await cluster.TryListAsync(kind.Resource, inNamespace: null, cancellation) is { Count: > 0 } objects
            ? $"{objects.Count} {(objects.Count == 1 ? kind.Singular : kind.Resource.Plural)}"
            : "";

    private async Task<string?> RunningAsync(CancellationToken cancellation)
    {
        var pods = await cluster.TryListAsync(Rollout.Pods, Rollout.PodsOf(inNamespace), cancellation) ?? [];
        if (pods.Count > 0)
            return $"pod {string.Join(", ", pods.Select(pod => Manifest.Text(pod["metadata"]!["name"])))}";
        var held = (await LeasesAsync(cancellation)).FirstOrDefault(IsHeld);
        return held is null ? null : $"'{Manifest.Text(held.Json["spec"]!["holderIdentity"])}' holds {held}";
    }

    // A clean stop gives the lease up. One that was killed leaves it, and it has expired when it was not renewed for as long as it says,
    // by this clock: clocks differ between machines.
    private bool IsHeld(InstallObject lease)
    {
        if (string.IsNullOrEmpty(Manifest.Text(lease.Json["spec"]?["holderIdentity"])))
            return false;
        var version = Manifest.Text(lease.Json["metadata"]!["resourceVersion"]);
        if (!_leases.TryGetValue(lease.Key.Name, out var seen) || seen.Version != version)
            _leases[lease.Key.Name] = seen = (version, time.GetTimestamp());
        return time.GetElapsedTime(seen.Since) < TimeSpan.FromSeconds((int?)lease.Json["spec"]!["leaseDurationSeconds"] ?? 0);
    }
}
