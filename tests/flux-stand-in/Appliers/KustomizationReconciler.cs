using System.Globalization;
using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Appliers;

/// <summary>kustomize-controller's Kustomization: fetch, build, apply, prune, check, with its conditions, reasons and texts.</summary>
internal sealed class KustomizationReconciler(
    ApiServer api, ArtifactFetcher fetcher, ManifestReader manifests, ResourceApplier applier, StandInOptions options, Log log)
    : Reconciler(FluxKinds.Kustomization)
{
    private static readonly TimeSpan HealthPoll = TimeSpan.FromMilliseconds(250);
    private static readonly string[] NotPlayed =
        ["patches", "images", "postBuild", "decryption", "components", "healthChecks", "healthCheckExprs", "kubeConfig", "commonMetadata",
         "namePrefix", "nameSuffix", "ignore", "serviceAccountName"];

    private readonly DependencyCheck _dependencies = new(api);

    /// <inheritdoc/>
    /// <summary>Only where it is Ready.</summary>
    public override void ObserveSuspended(Reconciliation run)
    {
        if (Conditions.IsTrue(run.Object, Conditions.Ready))
            base.ObserveSuspended(run);
    }

    /// <summary>Prunes what was applied, unless the Kustomization is suspended: its workloads are then <b>orphaned</b>.</summary>
    public override async Task FinalizeAsync(Reconciliation run, CancellationToken cancellation)
    {
        var prunes = !run.Spec.True("suspend") && run.Spec.Text("deletionPolicy") switch
        {
            null or "" or "MirrorPrune" => run.Spec.True("prune"),
            "Orphan" => false,
            _ => true,
        };
        var inventory = InventoryEntry.Read(run.Object);
        if (prunes)
            log.Info($"Kustomization/{run.Name} deleted, pruned: {string.Join(", ", await applier.PruneAsync(inventory, run.Name, cancellation))}");
        else
            log.Info($"Kustomization/{run.Name} deleted, orphaned: {string.Join(", ", inventory)}");
    }

    public override async Task<Outcome> ReconcileAsync(Reconciliation run, CancellationToken cancellation)
    {
        var (sourceKind, sourceName) = DependencyCheck.SourceOf(run.Object);
        if (sourceKind != "GitRepository")
            return Failed(run, "ArtifactFailed", $"the stand-in plays GitRepository sources only, not {sourceKind}", RetryInterval(run));

        var source = await api.FindAsync(FluxKinds.GitRepository.Path(sourceName), cancellation);
        if (source is null)
            return Failed(run, "ArtifactFailed", $"GitRepository.source.toolkit.fluxcd.io \"{sourceName.Name}\" not found", RetryInterval(run));
        if (source.At("status", "artifact") is not JsonObject artifact)
            return Failed(run, "ArtifactFailed", $"Source artifact not found, retrying in {Seconds(options.RequeueDependency)}", options.RequeueDependency);
        if (await _dependencies.FindObstacleAsync(run, source, cancellation) is { } obstacle)
        {
            log.Info($"Kustomization/{run.Name}: dependencies do not meet ready condition, retrying in {Seconds(options.RequeueDependency)}: {obstacle}");
            return Failed(run, "DependencyNotReady", obstacle, options.RequeueDependency);
        }

        return await ApplyRevisionAsync(run, artifact, cancellation);
    }

    private async Task<Outcome> ApplyRevisionAsync(Reconciliation run, JsonObject artifact, CancellationToken cancellation)
    {
        var revision = artifact.Text("revision")!;
        var before = InventoryEntry.Read(run.Object);
        run.Ready("Unknown", "Progressing", "Reconciliation in progress");
        await ProgressAsync(run, $"Fetching manifests for revision {revision} with a timeout of {Seconds(Timeout(run))}", cancellation);
        await Task.Delay(options.ReconcileDelay, options.Time, cancellation);

        var folder = Directory.CreateTempSubdirectory("kustomization-");
        try
        {
            await fetcher.FetchAsync(artifact, folder.FullName, cancellation);
            run.Status["lastAttemptedRevision"] = revision;
            await ProgressAsync(run, $"Building manifests for revision {revision} with a timeout of {Seconds(Timeout(run))}", cancellation);
            var objects = await BuildAsync(run, folder.FullName, cancellation);

            await ProgressAsync(run, $"Detecting drift for revision {revision} with a timeout of {Seconds(Timeout(run))}", cancellation);
            var changed = await applier.ApplyAsync(objects, cancellation);
            var inventory = objects.Select(InventoryEntry.Of).ToList();
            run.Status["inventory"] = InventoryEntry.Write(inventory);
            if (run.Spec.True("prune"))
                changed = [.. changed, .. (await applier.PruneAsync(before.Where(entry => inventory.All(now => now.Id != entry.Id)), run.Name, cancellation)).Select(name => $"{name} (pruned)")];
            if (changed.Count > 0)
                log.Info($"Kustomization/{run.Name} changed: {string.Join(", ", changed)}");
            if (run.Spec.True("wait") && await FindUnhealthyAsync(run, revision, inventory, cancellation) is { } unhealthy)
                return Failed(run, "HealthCheckFailed", unhealthy, RetryInterval(run), revision);
        }
        catch (FileNotFoundException)
        {
            return Failed(run, "ArtifactFailed", $"Source is not ready, artifact not found, retrying in {Seconds(options.RequeueDependency)}", options.RequeueDependency);
        }
        catch (IOException e)
        {
            return Failed(run, "ArtifactFailed", e.Message, RetryInterval(run));
        }
        catch (ManifestException e)
        {
            return Failed(run, "BuildFailed", e.Message, RetryInterval(run), revision);
        }
        catch (ApplyException e)
        {
            return Failed(run, "ReconciliationFailed", e.Message, RetryInterval(run), revision);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        run.Status["lastAppliedRevision"] = revision;
        run.Status["observedGeneration"] = run.Object.Generation();
        run.Ready("True", "ReconciliationSucceeded", $"Applied revision: {revision}");
        return new Outcome(Interval(run), revision);
    }

    private async Task<IReadOnlyList<JsonObject>> BuildAsync(Reconciliation run, string root, CancellationToken cancellation)
    {
        var ignored = NotPlayed.Where(field => run.Spec.At(field) is not null).ToList();
        if (ignored.Count > 0)
            log.Error($"Kustomization/{run.Name}: the stand-in does not play spec.{string.Join(", spec.", ignored)}");

        var folder = Path.GetFullPath(Path.Combine(root, (run.Spec.Text("path") ?? "").TrimStart('/')));
        if (!folder.StartsWith(root, StringComparison.Ordinal) || !Directory.Exists(folder))
            throw new IOException($"kustomization path not found: {run.Spec.Text("path")}: no such file or directory");

        var objects = await manifests.ReadAsync(folder, cancellation);
        foreach (var obj in objects)
        {
            if (run.Spec.Text("targetNamespace") is { } target && await applier.IsNamespacedAsync(obj, cancellation) != false)
                obj.Child("metadata")["namespace"] = target;
            ResourceApplier.SetOwner(obj, run.Name);
        }

        return objects;
    }

    /// <returns>What is not healthy after the timeout, or null when everything is.</returns>
    private async Task<string?> FindUnhealthyAsync(Reconciliation run, string revision, List<InventoryEntry> inventory, CancellationToken cancellation)
    {
        var timeout = Timeout(run);
        run.Set("Healthy", "Unknown", "Progressing", $"Running health checks for revision {revision} with a timeout of {Seconds(timeout)}");
        await ProgressAsync(run, $"Running health checks for revision {revision} with a timeout of {Seconds(timeout)}", cancellation);

        var since = options.Time.GetTimestamp();
        var waiting = inventory;
        while (true)
        {
            var left = new List<InventoryEntry>();
            foreach (var entry in waiting)
            {
                if (await applier.FindAsync(entry, cancellation) is not { } obj || !HealthCheck.IsCurrent(obj))
                    left.Add(entry);
            }

            waiting = left;
            var elapsed = options.Time.GetElapsedTime(since);
            if (waiting.Count == 0)
            {
                run.Set("Healthy", "True", "Succeeded", $"Health check passed in {Seconds(elapsed)}");
                return null;
            }

            if (elapsed > timeout)
            {
                var message = $"health check failed after {Seconds(elapsed)}: timeout waiting for: [{string.Join(", ", waiting.Select(entry => $"{entry} status: 'InProgress'"))}]";
                run.Set("Healthy", "False", "HealthCheckFailed", message);
                return message;
            }

            await Task.Delay(HealthPoll, options.Time, cancellation);
        }
    }

    private static async Task ProgressAsync(Reconciliation run, string message, CancellationToken cancellation)
    {
        run.Reconciling("Progressing", message);
        await run.PatchAsync(cancellation);
    }

    private static Outcome Failed(Reconciliation run, string reason, string message, TimeSpan again, string? revision = null)
    {
        run.Ready("False", reason, message);
        return new Outcome(again, revision);
    }

    private static TimeSpan Interval(Reconciliation run) => run.Spec.Duration("interval") ?? TimeSpan.FromMinutes(1);

    private static TimeSpan RetryInterval(Reconciliation run) => run.Spec.Duration("retryInterval") ?? Interval(run);

    /// <summary>spec.timeout, or the interval less 30 s, and never less than 30 s unless the spec says so.</summary>
    private static TimeSpan Timeout(Reconciliation run)
    {
        if (run.Spec.Duration("timeout") is { } timeout)
            return timeout;
        var rest = Interval(run) - TimeSpan.FromSeconds(30);
        return rest > TimeSpan.FromSeconds(30) ? rest : TimeSpan.FromSeconds(30);
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)}s";
}
