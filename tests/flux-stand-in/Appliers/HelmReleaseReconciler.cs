using System.Text;
using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;
using FluxStandIn.Sources;

namespace FluxStandIn.Appliers;

/// <summary>
/// helm-controller's HelmRelease with <c>chartRef</c>: takes the artifact of the HelmChart or OCIRepository that it names, and nothing else. It is not
/// Helm: templates are applied as they are, and one with a template action fails. As with Helm, drift is not corrected.
/// </summary>
internal sealed class HelmReleaseReconciler(ApiServer api, ArtifactFetcher fetcher, ManifestReader manifests, Discovery discovery, StandInOptions options, Log log)
    : Reconciler(FluxKinds.HelmRelease)
{
    private const string Manager = "helm-controller";
    private const int HistoryLength = 5;
    private const int DigestLength = 12;

    private readonly OtherKindReconciler _pretended = new(FluxKinds.HelmRelease, options);

    /// <summary>Kind and full name of what a HelmRelease takes its chart from.</summary>
    public static (string? Kind, ObjectName Name) SourceOf(JsonObject release)
    {
        var reference = release.At("spec", "chartRef");
        return (reference.Text("kind"), new ObjectName(reference.Text("namespace") ?? release.Name().Namespace, reference.Text("name") ?? ""));
    }

    /// <summary>Uninstalls, unless it is suspended.</summary>
    public override Task FinalizeAsync(Reconciliation run, CancellationToken cancellation) =>
        run.Spec.True("suspend") ? Task.CompletedTask : DeleteAsync(InventoryEntry.Read(run.Object), cancellation);

    public override async Task<Outcome> ReconcileAsync(Reconciliation run, CancellationToken cancellation)
    {
        var (sourceKind, sourceName) = SourceOf(run.Object);
        if (sourceKind is null)
            return await _pretended.ReconcileAsync(run, cancellation);
        if (new[] { FluxKinds.HelmChart, FluxKinds.OciRepository }.FirstOrDefault(kind => kind.Kind == sourceKind) is not { } kind)
            return Failed(run, "ArtifactFailed", $"the stand-in plays HelmChart and OCIRepository only, not {sourceKind}");

        var source = await api.FindAsync(kind.Path(sourceName), cancellation);
        if (source is null)
            return Failed(run, "ArtifactFailed", $"could not get Source object: {kind.Plural}.{kind.Group} \"{sourceName.Name}\" not found");
        if (source.Number("status", "observedGeneration") != source.Generation() || !Conditions.IsTrue(source, Conditions.Ready) || source.At("status", "artifact") is not JsonObject artifact)
            return Failed(run, "SourceNotReady", $"{sourceKind} '{sourceName}' is not ready: {Conditions.Find(source, Conditions.Ready).Text("message") ?? "latest generation of object has not been reconciled"}");

        run.Reconciling("Progressing", "Fulfilling prerequisites");
        await run.PatchAsync(cancellation);
        await Task.Delay(options.ReconcileDelay, options.Time, cancellation);
        var folder = Directory.CreateTempSubdirectory("helmrelease-");
        try
        {
            await fetcher.FetchAsync(artifact, folder.FullName, cancellation);
            return await ReleaseAsync(run, artifact.Text("revision")!, folder.FullName, cancellation);
        }
        catch (Exception e) when (e is IOException or ManifestException or ApiException)
        {
            return Failed(run, e is IOException ? "ArtifactFailed" : run.Status.Number("lastReleaseRevision") is null ? "InstallFailed" : "UpgradeFailed", e.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<Outcome> ReleaseAsync(Reconciliation run, string revision, string folder, CancellationToken cancellation)
    {
        var chartFile = Directory.GetDirectories(folder).Select(chart => Path.Combine(chart, "Chart.yaml")).FirstOrDefault(File.Exists) ?? throw new IOException("chart yaml not in base directory");
        var chart = YamlDocuments.Read(await File.ReadAllTextAsync(chartFile, cancellation), "Chart.yaml").Single();
        // A chart out of a registry of images is told apart by the digest of its image.
        var image = revision.Contains(':', StringComparison.Ordinal) ? revision[(revision.LastIndexOf('@') + 1)..] : null;
        var version = chart.Text("version") + (image is null ? "" : $"+{image[(image.IndexOf(':', StringComparison.Ordinal) + 1)..][..DigestLength]}");
        var config = ArtifactStorage.DigestOf(Encoding.UTF8.GetBytes(run.Spec.At("values")?.ToJsonString() ?? "{}"));

        run.Status["lastAttemptedRevision"] = version;
        run.Status.Remove("lastAttemptedRevisionDigest");
        if (image is not null)
            run.Status["lastAttemptedRevisionDigest"] = image;
        run.Status["lastAttemptedConfigDigest"] = config;
        run.Status["lastAttemptedGeneration"] = run.Object.Generation();
        run.Status["observedGeneration"] = run.Object.Generation();
        var history = run.Status.Objects("history").ToList();
        var last = history.FirstOrDefault();
        if (last.Text("chartVersion") != version || last.Text("configDigest") != config || last.Text("ociDigest") != image)
        {
            run.Status["lastAttemptedReleaseAction"] = last is null ? "install" : "upgrade";
            run.Reconciling("Progressing", $"Running '{(last is null ? "install" : "upgrade")}' action");
            await run.PatchAsync(cancellation);
            var objects = await ApplyAsync(run, Path.Combine(Path.GetDirectoryName(chartFile)!, "templates"), cancellation);
            history = Record(run, history, chart.Text("name")!, version, config, image, objects);
        }

        var what = history[0].Number("version") == 1 ? ("InstallSucceeded", "install") : ("UpgradeSucceeded", "upgrade");
        var message = $"Helm {what.Item2} succeeded for release {run.Name.Namespace}/{run.Name.Name}.v{history[0].Number("version")} with chart {chart.Text("name")}@{version}";
        run.Set("Released", "True", what.Item1, message);
        run.Ready("True", what.Item1, message);
        return new Outcome(run.Spec.Duration("interval"), version);
    }

    private async Task<IReadOnlyList<JsonObject>> ApplyAsync(Reconciliation run, string templates, CancellationToken cancellation)
    {
        foreach (var file in Directory.EnumerateFiles(templates))
        {
            if ((await File.ReadAllTextAsync(file, cancellation)).Contains("{{", StringComparison.Ordinal))
                throw new ManifestException($"{Path.GetFileName(file)} has a template action, which the stand-in does not play");
        }

        var objects = await manifests.ReadAsync(templates, cancellation);
        foreach (var obj in objects)
        {
            var kind = await KindAsync(obj.Text("apiVersion")!, obj.Text("kind")!, cancellation);
            var metadata = obj.Child("metadata");
            if (kind.Namespaced)
                metadata["namespace"] ??= run.Spec.Text("targetNamespace") ?? run.Name.Namespace;
            metadata.Child("labels")["helm.toolkit.fluxcd.io/name"] = run.Name.Name;
            metadata.Child("labels")["helm.toolkit.fluxcd.io/namespace"] = run.Name.Namespace;
            await api.ApplyAsync(kind.Path(obj.Name()), Manager, obj, dryRun: false, cancellation);
        }

        var applied = objects.Select(InventoryEntry.Of).ToList();
        await DeleteAsync([.. InventoryEntry.Read(run.Object).Where(entry => applied.TrueForAll(now => now.Id != entry.Id))], cancellation);
        log.Info($"HelmRelease/{run.Name} applied: {string.Join(", ", applied)}");
        return objects;
    }

    private List<JsonObject> Record(Reconciliation run, List<JsonObject> history, string chart, string version, string config, string? image, IReadOnlyList<JsonObject> objects)
    {
        var now = Conditions.Timestamp(options.Time.GetUtcNow());
        var release = new JsonObject
        {
            ["digest"] = ArtifactStorage.DigestOf(Encoding.UTF8.GetBytes(string.Join('\n', objects.Select(obj => obj.ToJsonString())))),
            ["name"] = run.Spec.Text("releaseName") ?? run.Name.Name,
            ["namespace"] = run.Spec.Text("targetNamespace") ?? run.Name.Namespace,
            ["version"] = (history.FirstOrDefault().Number("version") ?? 0) + 1,
            ["status"] = "deployed",
            ["chartName"] = chart,
            ["chartVersion"] = version,
            ["configDigest"] = config,
            ["firstDeployed"] = history.LastOrDefault().Text("firstDeployed") ?? now,
            ["lastDeployed"] = now,
        };
        if (image is not null)
            release["ociDigest"] = image;
        List<JsonObject> kept = [release, .. history.Take(HistoryLength - 1).Select(before => before.Copy())];
        foreach (var before in kept.Skip(1))
            before["status"] = "superseded";
        run.Status["history"] = new JsonArray([.. kept]);
        run.Status["lastReleaseRevision"] = release.Number("version");
        run.Status["inventory"] = InventoryEntry.Write(objects.Select(InventoryEntry.Of));
        return kept;
    }

    private async Task DeleteAsync(IReadOnlyList<InventoryEntry> entries, CancellationToken cancellation)
    {
        foreach (var entry in entries)
        {
            try
            {
                await api.DeleteAsync((await KindAsync(entry.ApiVersion, entry.Kind, cancellation)).Path(entry.Name), cancellation);
            }
            catch (ApiException e) when (e.ObjectIsMissing)
            {
            }
        }
    }

    private async Task<ResourceKind> KindAsync(string apiVersion, string kind, CancellationToken cancellation) =>
        await discovery.FindAsync(apiVersion, kind, cancellation) ?? throw new ManifestException($"no matches for kind \"{kind}\" in version \"{apiVersion}\"");

    private Outcome Failed(Reconciliation run, string reason, string message)
    {
        run.Ready("False", reason, message);
        return new Outcome(options.RequeueDependency);
    }
}
