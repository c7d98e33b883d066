using System.Text.Json.Nodes;
using Sluice.Controller.Bindings;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Controller.Tests.Sources;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Operation;

/// <summary>The roles of <c>config/rbac</c> beside the requests that the controller really makes, in all of its work.</summary>
public sealed class LeastPrivilegeTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const string Ns = "flux-system";

    // This one comes while the controller runs, as when a component of Flux is added.
    private const string LateCrd = "imageupdateautomations.image.toolkit.fluxcd.io";

    private static readonly ApiResource ClusterRoles = new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", Namespaced: false);
    private static readonly ApiResource Roles = new("rbac.authorization.k8s.io", "v1", "roles", "Role");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_controller_uses_every_right_that_it_has_and_is_refused_none()
    {
        await cluster.Kubectl.RunAsync("create", "namespace", Ns);
        await cluster.Kubectl.RunAsync("create", "namespace", "apps");
        await cluster.Kubectl.RunAsync("label", "namespace", "apps", "tier=prod");
        await cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "default"));
        // As Flux labels what it applies: the Kustomization 'app' is what deploys Sluice here, and a binding that holds it warns.
        await cluster.Kubectl.RunAsync("label", "crd", "gates.gating.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io/name=app", $"kustomize.toolkit.fluxcd.io/namespace={Ns}");
        var late = await TakeAwayAsync(LateCrd);

        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane, $"{Ns}:sluice-controller");
        string[] flags = ["--enable-leader-election", $"--runtime-namespace={Ns}", "--trust-requested-by"];
        var leader = await RunningController.StartAsync(proxy.KubeconfigPath, [.. flags, $"--audit-log={Path.Combine(_folder.FullName, "audit.jsonl")}"]);
        // The other has an older API server before it, and lists where the first watches.
        proxy.RefusesWatchLists = true;
        await using var standby = await RunningController.StartAsync(proxy.KubeconfigPath, flags);

        await HoldAndReleaseAsync(late);
        await OverrideAsync();
        await LetPassOnceAsync();
        await CountWhatIsBoundAsync();
        // What is written down, done, and seems to have failed, is looked for.
        var lost = 0;
        proxy.LosesAnswer = write => write.Contains("/gatedsources/app/status", StringComparison.Ordinal) && Interlocked.Increment(ref lost) <= 3;
        await ReleaseByRevisionAsync();
        // The other takes over, which it sees by watching the lease.
        await leader.Process.TerminateAsync(TimeSpan.FromSeconds(20));
        await leader.DisposeAsync();
        // What was said before, of the same object by the same replica, is counted on the same Event.
        await cluster.CloseAsync(Ns, "sre-approval");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, Ns, "app");
        await cluster.OpenAsync(Ns, "sre-approval");
        await cluster.UntilReleasedAsync(FluxResources.Kustomization, Ns, "app");
        await cluster.CloseAsync(Ns, "sre-approval");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, Ns, "app");
        await Eventually.GivesAsync("Events are patched", () => Task.FromResult(ApiRight.UsedBy(proxy)), needed => needed.Any(right => right is { Verb: "patch", Resource: "/events" }));

        var granted = ApiRight.Of((await cluster.GetAsync(ClusterRoles, "", "sluice-controller"))!)
            .Concat(ApiRight.Of((await cluster.GetAsync(ClusterRoles, "", "sluice-controller-cluster"))!))
            .Concat(ApiRight.Of((await cluster.GetAsync(Roles, Ns, "sluice-controller-leader-election"))!)).ToList();
        var used = ApiRight.UsedBy(proxy);
        proxy.Answers.Where(answer => answer.Status is 401 or 403).Should().BeEmpty("the roles of config/rbac give what the controller asks for");
        string.Join('\n', granted.Where(right => !used.Any(right.Gives) && !IsAskedForByPolicies(right)))
            .Should().BeEmpty("a right that is not used is not to be given: take it out of config/rbac, or show here what it is for");
    }

    /// <summary>Sluice's own verbs are no requests: the policies of config/admission ask whether somebody has them.</summary>
    private static bool IsAskedForByPolicies(ApiRight right) => right.Resource == "gating.toolkit.fluxcd.io/gates"
        && Directory.GetFiles(RepositoryRoot.Combine("config", "admission"), "*.yaml", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains($"check('{right.Verb}')", StringComparison.Ordinal));

    private async Task HoldAndReleaseAsync(string late)
    {
        await cluster.CreateGateAsync(Ns, "sre-approval", """{"window": "1h", "accessFrom": {"namespaceSelectors": [{"matchLabels": {"tier": "prod"} }] } }""");
        await cluster.CreateGateAsync(Ns, "holidays", """
            {"default": "opened", "windows": [{"name": "holidays", "action": "close", "calendar": {"configMapRef": {"name": "holidays", "key": "de.ics"} } }] }
            """);
        await cluster.Kubectl.ApplyAsync($$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: by-name, namespace: {{Ns}} }
            spec: {gates: [{name: sre-approval}], selector: {kinds: [Kustomization], names: [app]} }
            ---
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: ClusterGateBinding
            metadata: {name: by-label}
            spec: {gates: [{name: sre-approval, namespace: {{Ns}} }], selector: {matchLabels: {frozen: "true"} } }
            """);
        await cluster.CreateGatedAsync(FluxResources.Kustomization, "apps", "elsewhere", $"{Ns}/sre-approval");
        await cluster.CreateGatedAsync(FluxResources.Kustomization, Ns, "seasonal", "holidays");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, Ns, "seasonal", "GateStalled");
        await cluster.Kubectl.RunAsync("-n", Ns, "create", "configmap", "holidays", "--from-literal=de.ics=BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n");
        await cluster.UntilReleasedAsync(FluxResources.Kustomization, Ns, "seasonal");

        await cluster.Kubectl.RunAsync(["create", "-f", "-"], late);
        await cluster.Kubectl.RunAsync("wait", "--for=condition=Established", $"crd/{LateCrd}");
        foreach (var resource in FluxResources.All)
        {
            await Eventually.GivesAsync($"{resource.Kind} is served", () => IsCreatedAsync(resource), created => created);
        }

        foreach (var resource in FluxResources.All)
        {
            await cluster.UntilHeldAsync(resource, Ns, "app");
        }

        await cluster.OpenAsync(Ns, "sre-approval");
        foreach (var resource in FluxResources.All)
        {
            await cluster.UntilReleasedAsync(resource, Ns, "app");
        }

        await cluster.UntilReleasedAsync(FluxResources.Kustomization, "apps", "elsewhere");
    }

    /// <summary>A window keeps the gate closed, an emergency override opens it all the same, and that is told as a warning.</summary>
    private async Task OverrideAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        await cluster.CreateGateAsync(Ns, "frozen", $$"""
            {"default": "opened", "window": "1h", "windows": [{"name": "freeze", "action": "close", "start": "{{now.AddHours(-1):yyyy-MM-ddTHH:mm:ssZ}}", "end": "{{now.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}]}
            """);
        await cluster.CreateGatedAsync(FluxResources.Kustomization, Ns, "urgent", "frozen");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, Ns, "urgent");
        await cluster.PatchAsync(FluxResources.Gate, Ns, "frozen", $$"""
            {"metadata": {"annotations": {"open.gate.fluxcd.io/override": "INC-42", "open.gate.fluxcd.io/requestedAt": "{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}}"} } }
            """);
        await cluster.UntilReleasedAsync(FluxResources.Kustomization, Ns, "urgent");
        await UntilWarnedAsync("GateOverridden", "gate/frozen");
    }

    private async Task LetPassOnceAsync()
    {
        await cluster.CreateGateAsync(Ns, "closed", "{}");
        await cluster.CreateGatedAsync(FluxResources.Kustomization, Ns, "once", "closed");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, Ns, "once");
        await cluster.AnnotateAsync(FluxResources.Kustomization, Ns, "once", "gating.toolkit.fluxcd.io/release-once", "now");
        await cluster.UntilAsync(FluxResources.Kustomization, Ns, "once", "may reconcile once", found => !found.IsSuspended());
    }

    /// <summary>What is approved is released, a target is created, and set back after somebody has changed it.</summary>
    private async Task ReleaseByRevisionAsync()
    {
        foreach (var (kind, revision) in new[] { ("GitRepository", "main@sha1:aa"), ("OCIRepository", "1.0@sha256:aa"), ("HelmChart", "1.0.0") })
        {
            var source = await PlayedSource.StartAsync(cluster, kind, gate: """{"default": "opened", "approvals": {}}""");
            await source.FetchAsync(revision, "sha256:01");
            await source.UntilWaitingAsync(revision);
            await PlayedSource.CastAsync(cluster.Kubectl, await source.VoteAsync("admin"));
            await source.UntilTargetAsync("is created", _ => true);
            await cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", """{"spec": {"interval": "9m"} }""", "sluice-sources");
            await source.UntilTargetAsync("is set back", target => (string?)target["spec"]!["interval"] == "1h");
        }
    }

    private async Task CountWhatIsBoundAsync()
    {
        await UntilWarnedAsync("HoldsItsOwn", "gatebinding/by-name");
        foreach (var (resource, inNamespace, name, count) in new[] { (GateBindings.Resource, Ns, "by-name", 1), (GateBindings.ClusterResource, "", "by-label", 0) })
        {
            await cluster.UntilAsync(resource, inNamespace, name, $"has matched {count}", found => (int?)found["status"]?["matched"]?["count"] == count);
        }
    }

    private Task UntilWarnedAsync(string reason, string about) => Eventually.GivesAsync(
        $"an Event warns of {reason}",
        () => cluster.Kubectl.RunAsync("-n", Ns, "get", "events", $"--field-selector=type=Warning,reason={reason}", "-o", "jsonpath={range .items[*]}{.involvedObject.kind}/{.involvedObject.name} {end}"),
        told => told.Contains(about, StringComparison.OrdinalIgnoreCase));

    private async Task<bool> IsCreatedAsync(ApiResource resource)
    {
        try
        {
            await cluster.CreateGatedAsync(resource, Ns, "app", "sre-approval");
            return true;
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Removes a definition, and gives what creates it again.</summary>
    private async Task<string> TakeAwayAsync(string crd)
    {
        var definition = JsonNode.Parse(await cluster.Kubectl.RunAsync("get", "crd", crd, "-o", "json"))!;
        await cluster.Kubectl.RunAsync("delete", "crd", crd);
        definition["metadata"] = new JsonObject { ["name"] = crd };
        definition.AsObject().Remove("status");
        return definition.ToJsonString();
    }
}
