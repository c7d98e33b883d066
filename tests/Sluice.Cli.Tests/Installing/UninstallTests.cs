using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Cli.Tests.Installing;

/// <summary><c>sluice uninstall</c> on a real API server, after the real controller has held.</summary>
public sealed class UninstallTests : IAsyncLifetime
{
    private const string HeldBy = "{.metadata.annotations['gating\\.toolkit\\.fluxcd\\.io/held-by']}";

    private static readonly string[] NotReady = ["ServiceUnavailable", "not yet synced", "no matches for kind", "could not find the requested resource"];

    private ControlPlane _cluster = null!;
    private SluiceProgram _sluice = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ControlPlane.StartAsync();
        await FluxCrds.InstallAsync(_cluster);
        _sluice = new SluiceProgram(_cluster.KubeconfigPath);
        await _cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await _cluster.Kubectl.RunAsync("create", "namespace", "apps");
        (await _sluice.RunAsync("install --wait=false")).Succeeded();
        await TriedAsync("a gate is created", """
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: sre, namespace: apps}
            spec: {window: 1h}
            """);
        await Eventually.GivesAsync("the policies are in force", IsBornHeldAsync, held => held);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Everything_held_is_released_what_people_suspended_stays_and_nothing_else_is_deleted()
    {
        await KustomizationAsync("suspended-before", "suspend: true");
        await using (var controller = StartController())
        {
            await KustomizationAsync("app");
            await KustomizationAsync("kept");
            await TriedAsync("a GitRepository is created", """
                apiVersion: source.toolkit.fluxcd.io/v1
                kind: GitRepository
                metadata: {name: app, namespace: apps, annotations: {gating.toolkit.fluxcd.io/gates: sre} }
                spec: {interval: 10m, url: "https://git.example.org/app.git"}
                """);
            foreach (var held in new[] { "ks/suspended-before", "ks/app", "ks/kept", "gitrepository/app" })
                await Eventually.GivesAsync($"{held} is held by the controller", () => ValueAsync(held, HeldBy), value => value.Length > 0);
            (await _sluice.RunAsync("suspend ks/kept -n apps --reason {0}", "broken")).Succeeded();
            await Eventually.GivesAsync("the controller leads", () => ValueAsync("lease/sluice-controller-leader-election", "{.spec.holderIdentity}", "flux-system"), value => value.Length > 0);
            await controller.TerminateAsync(TimeSpan.FromSeconds(20));
        }

        // Born held by the policy, which leaves the field without an owner, and never seen by a controller.
        await KustomizationAsync("born");
        (await ValueAsync("ks/born", "{.spec.suspend}")).Should().Be("true");
        (await ValueAsync("ks/born", "{.metadata.managedFields}")).Should().NotContain("f:suspend");
        await KustomizationAsync("free", annotations: "{}");
        await _cluster.Kubectl.RunAsync("-n", "flux-system", "create", "deployment", "of-others", "--image=other");
        await _cluster.Kubectl.RunAsync("create", "clusterrole", "of-others", "--verb=get", "--resource=pods");

        // The target of a GatedSource, pinned: who may edit sources deletes it when Sluice is gone.
        await _cluster.Kubectl.RunAsync(["create", "--field-manager=sluice-sources", "-f", "-"], """
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: GitRepository
            metadata: {name: pinned, namespace: apps, annotations: {gating.toolkit.fluxcd.io/gated-source: pinned} }
            spec: {interval: 10m, url: "https://git.example.org/app.git", ref: {commit: 0123456789abcdef0123456789abcdef01234567} }
            """, TestContext.Current.CancellationToken);
        await _cluster.Kubectl.RunAsync("-n", "apps", "create", "role", "editor", "--verb=get,delete", "--resource=gitrepositories.source.toolkit.fluxcd.io");
        await _cluster.Kubectl.RunAsync("-n", "apps", "create", "rolebinding", "editor", "--role=editor", "--user=editor");
        var deletes = () => _cluster.KubectlFor("editor").RunAsync("-n", "apps", "delete", "gitrepository", "pinned");
        (await deletes.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("may not delete GitRepository apps/pinned");

        (await _sluice.RunAsync("uninstall --dry-run")).Succeeded().Rows.Should()
            .Contain("Kustomization apps/app is released (dry run)").And.Contain("Deployment flux-system/sluice-controller deleted (dry run)");
        (await _sluice.RunAsync("uninstall")).FailedWith(1).Error.Should().Contain("lets 5 held objects go").And.Contain("not confirmed, so nothing was done");
        (await ValueAsync("ks/app", "{.spec.suspend}")).Should().Be("true");

        var done = (await _sluice.RunAsync("uninstall --yes")).Succeeded();
        done.Rows.Should().Contain("Kustomization apps/app is released").And.Contain("Kustomization apps/born is released").And.Contain("GitRepository apps/app is released")
            .And.Contain("Kustomization apps/kept stays suspended: broken")
            .And.Contain("Kustomization apps/suspended-before stays suspended, as field manager 'kubectl' has it");
        done.Rows[^1].Should().StartWith("Sluice is uninstalled, and holds nothing. What is left: ").And.Contain("CustomResourceDefinition gates.gating.toolkit.fluxcd.io").And.Contain(" with 1 gate, which --crds deletes");

        foreach (var released in new[] { "ks/app", "ks/born", "gitrepository/app", "ks/free" })
            (await ValueAsync(released, "{.spec.suspend}")).Should().BeEmpty("{0} is released", released);
        foreach (var kept in new[] { "ks/kept", "ks/suspended-before" })
            (await ValueAsync(kept, "{.spec.suspend}")).Should().Be("true", "a person has suspended {0}", kept);
        foreach (var one in new[] { "ks/app", "ks/born", "ks/kept", "ks/suspended-before", "gitrepository/app" })
            (await ValueAsync(one, HeldBy)).Should().BeEmpty("{0} is not held any more", one);

        (await LabelledAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().NotBeEmpty().And.OnlyContain(left => left.StartsWith("customresourcedefinition."));
        (await ValueAsync("gate/sre", "{.metadata.name}")).Should().Be("sre");
        (await ValueAsync("deploy/of-others", "{.metadata.name}", "flux-system")).Should().Be("of-others");
        (await ValueAsync("clusterrole/of-others", "{.metadata.name}")).Should().Be("of-others");
        (await _cluster.Kubectl.RunAsync("-n", "flux-system", "get", "lease", "-o", "name")).Should().BeEmpty();
        (await ValueAsync("gitrepository/pinned", "{.spec.ref.commit}")).Should().NotBeEmpty("what is deployed goes on being reconciled");
        await deletes();

        (await _sluice.RunAsync("uninstall --yes")).Succeeded().Output.Should().StartWith("Sluice is not installed in namespace flux-system, and holds nothing. What is left: ");
        (await _sluice.RunAsync("uninstall --yes --crds")).Succeeded();
        (await LabelledAsync()).Should().BeEmpty("it ends when the definitions are gone, with their objects");
        (await ValueAsync("ks/kept", "{.spec.suspend}")).Should().Be("true");
    }

    [Fact]
    public async Task While_a_controller_runs_nothing_is_released_and_another_run_finishes_what_one_began()
    {
        await KustomizationAsync("app");
        (await ValueAsync("ks/app", "{.spec.suspend}")).Should().Be("true");
        // One that was started by hand, elsewhere.
        await LeaseAsync("somewhere-else");
        var refused = await _sluice.RunAsync("uninstall --yes --timeout 2s");
        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("sluice-controller still runs after 2s: 'somewhere-else' holds Lease flux-system/sluice-controller-leader-election").And.Contain("run the same command again");
        (await ValueAsync("ks/app", "{.spec.suspend}")).Should().Be("true", "it would be held again");

        // A shard of it, which was killed: its lease runs out.
        await LeaseAsync("", "sluice-controller-leader-election");
        await LeaseAsync("killed", "sluice-controller-leader-election-1a2b3c4d", seconds: 3);
        (await _sluice.RunAsync("uninstall --yes")).Succeeded().Rows.Should().Contain("Kustomization apps/app is released").And.Contain("Lease flux-system/sluice-controller-leader-election-1a2b3c4d deleted");
        (await ValueAsync("ks/app", "{.spec.suspend}")).Should().BeEmpty();
        (await LabelledAsync()).Should().NotContain("sluice-controller");
    }

    [Fact]
    public async Task What_is_held_stays_guarded_for_as_long_as_a_controller_may_hold_and_then_everything_goes()
    {
        var policies = await PoliciesAsync();
        policies.Should().Contain("validatingadmissionpolicy.").And.Contain("validatingadmissionpolicybinding.").And.Contain("mutatingadmissionpolicy.").And.Contain("mutatingadmissionpolicybinding.");
        await KustomizationAsync("app");
        await using (var controller = StartController())
        {
            await Eventually.GivesAsync("app is held by the controller", () => ValueAsync("ks/app", HeldBy), value => value.Contains("apps/sre", StringComparison.Ordinal));
            // It runs where no Deployment ends it.
            var refused = await _sluice.RunAsync("uninstall --yes --timeout 5s");
            refused.ExitCode.Should().Be(1);
            refused.Error.Should().Contain("sluice-controller still runs after 5s: ").And.Contain(" holds Lease flux-system/sluice-controller-leader-election");
            refused.Rows.Should().Contain("Deployment flux-system/sluice-controller deleted").And.NotContain(row => row.Contains("AdmissionPolicy", StringComparison.Ordinal));
            (await PoliciesAsync()).Should().Be(policies);
            var lifts = () => _cluster.Kubectl.RunAsync("-n", "apps", "patch", "ks/app", "--type=merge", "--patch={\"spec\":{\"suspend\":false}}");
            (await lifts.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("only its gates let it go");
            await controller.TerminateAsync(TimeSpan.FromSeconds(20));
        }

        // API servers go by a deleted policy for a moment: what is created meanwhile is born held, and nobody would release it later.
        var uninstalling = _sluice.RunAsync("uninstall --yes");
        var born = 0;
        while (!uninstalling.IsCompleted)
            await KustomizationAsync($"born-{++born}");
        born.Should().BeGreaterThan(1);
        var done = (await uninstalling).Succeeded().Rows.ToList();
        done.FindLastIndex(row => row.Contains("AdmissionPolicy", StringComparison.Ordinal)).Should().BeGreaterThan(0)
            .And.BeLessThan(done.IndexOf("Kustomization apps/app is released"), "a policy would suspend it again");
        (await PoliciesAsync()).Should().BeEmpty();
        (await ValueAsync("ks", "{.items[*].spec.suspend}")).Should().BeEmpty();
    }

    [Fact]
    public async Task Before_the_definitions_go_it_is_said_how_much_of_each_kind_goes_with_them()
    {
        foreach (var name in new[] { "one", "other" })
        {
            await TriedAsync("a binding is created", $$"""
                apiVersion: gating.toolkit.fluxcd.io/v1alpha1
                kind: GateBinding
                metadata: {name: {{name}}, namespace: apps}
                spec: {gates: [{name: sre}], selector: {names: [none]} }
                """);
        }

        await TriedAsync("a binding of the cluster is created", """
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: ClusterGateBinding
            metadata: {name: all}
            spec: {gates: [{name: sre, namespace: apps}], selector: {names: [none]} }
            """);
        (await _sluice.RunAsync("uninstall --dry-run --crds")).Succeeded().Rows[^1].Should().Be("With the definitions go 1 clustergatebinding, 2 gatebindings, 1 gate.");
        (await _sluice.RunAsync("uninstall --crds")).FailedWith(1).Error.Should().Contain("deletes what was installed, the definitions, too, and with them 1 clustergatebinding, 2 gatebindings, 1 gate.");
        (await _sluice.RunAsync("uninstall --dry-run")).Succeeded().Rows[^1].Should().StartWith(
            "What is left: CustomResourceDefinition approvals.gating.toolkit.fluxcd.io, CustomResourceDefinition gatedsources.gating.toolkit.fluxcd.io, CustomResourceDefinition clustergatebindings.gating.toolkit.fluxcd.io with 1 clustergatebinding, "
            + "CustomResourceDefinition gatebindings.gating.toolkit.fluxcd.io with 2 gatebindings, CustomResourceDefinition gates.gating.toolkit.fluxcd.io with 1 gate, which --crds deletes.");
    }

    [Fact]
    public async Task What_others_have_made_is_left_as_it_is_whatever_it_is_called_and_looks_like()
    {
        await _cluster.Kubectl.RunAsync("apply", "--server-side", "--force-conflicts", "-k", RepositoryRoot.Combine("config", "webhook"));
        // As cert-manager makes it.
        await _cluster.Kubectl.RunAsync("-n", "flux-system", "create", "secret", "generic", "sluice-webhook-certificates", "--from-literal=tls.crt=theirs");
        await TriedAsync("kinds are defined", $"{Definition("Train", "suspend: {type: string}")}\n---\n{Definition("Lift", "suspend: {type: boolean}, gates: {type: integer}")}");
        await TriedAsync("their objects are created", """
            apiVersion: example.org/v1
            kind: Train
            metadata: {name: express, namespace: apps}
            spec: {suspend: tomorrow}
            ---
            apiVersion: example.org/v1
            kind: Lift
            metadata: {name: up, namespace: apps}
            spec: {suspend: true, gates: 3}
            status: {conditions: none}
            ---
            apiVersion: example.org/v1
            kind: Lift
            metadata: {name: held, namespace: apps, annotations: {gating.toolkit.fluxcd.io/held-by: "apps/sre (GateClosed)"} }
            spec: {suspend: true, gates: 3}
            status: {conditions: none}
            """);

        var done = (await _sluice.RunAsync("uninstall --yes")).Succeeded().Rows;
        done[^1].Should().EndWith("Not Sluice's own, without the label app.kubernetes.io/part-of: sluice, and left as it is: Secret flux-system/sluice-webhook-certificates.");
        done.Should().Contain("Lift apps/held stays suspended, as field manager 'kubectl' has it")
            .And.NotContain(row => row.Contains("express", StringComparison.Ordinal) || row.Contains("apps/up", StringComparison.Ordinal));
        (await ValueAsync("secret/sluice-webhook-certificates", "{.metadata.name}", "flux-system")).Should().Be("sluice-webhook-certificates");
        (await ValueAsync("trains.example.org/express", "{.spec.suspend}")).Should().Be("tomorrow");
        (await ValueAsync("lifts.example.org/up", "{.spec.suspend}")).Should().Be("true");
        (await ValueAsync("lifts.example.org/held", HeldBy)).Should().BeEmpty();
        (await _sluice.RunAsync("uninstall --yes")).Succeeded().Output.Should().Contain("Sluice is not installed").And.Contain("left as it is: Secret flux-system/sluice-webhook-certificates.");
    }

    [Fact]
    public async Task What_was_copied_with_the_words_of_a_hold_is_let_go_and_a_deleted_object_is_not_brought_back()
    {
        // As in a backup that was restored: whoever restored it owns the words.
        await TriedAsync("a copy is created", """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: copy, namespace: apps, annotations: {gating.toolkit.fluxcd.io/held-by: "apps/sre (GateClosed)", gating.toolkit.fluxcd.io/held-since: "2026-03-26T10:00:00Z"} }
            spec: {interval: 10m, path: ./deploy, prune: true, suspend: true, sourceRef: {kind: GitRepository, name: app} }
            """);
        var done = (await _sluice.RunAsync("uninstall --yes")).Succeeded();
        done.Rows.Should().Contain("Kustomization apps/copy stays suspended, as field manager 'kubectl' has it");
        (await ValueAsync("ks/copy", HeldBy)).Should().BeEmpty();
        (await ValueAsync("ks/copy", "{.spec.suspend}")).Should().Be("true", "somebody else owns it");
    }

    [Fact]
    public async Task In_a_namespace_where_it_is_not_installed_nothing_is_done()
    {
        await KustomizationAsync("app");
        (await _sluice.RunAsync("uninstall --yes -n apps")).FailedWith(1).Error.Should()
            .Contain("Sluice is installed in namespace flux-system, not in apps: nothing was done").And.Contain("-n flux-system");
        (await ValueAsync("ks/app", "{.spec.suspend}")).Should().Be("true");
        (await LabelledAsync()).Should().Contain("deployment.apps/sluice-controller").And.Contain("validatingadmissionpolicy");
    }

    [Fact]
    public async Task A_webhook_goes_first_and_its_certificate_too_so_that_what_names_gates_can_be_written_afterwards()
    {
        await _cluster.Kubectl.RunAsync("apply", "--server-side", "--force-conflicts", "-k", RepositoryRoot.Combine("config", "webhook"));
        await using (var controller = StartController($"--webhook-addr=127.0.0.1:{LoopbackPort.Free()}", "--webhook-host=127.0.0.1"))
        {
            await Eventually.GivesAsync("the controller has made a certificate", () => _cluster.Kubectl.RunAsync("-n", "flux-system", "get", "secrets", "-o", "name"), names => names.Contains("secret/sluice-webhook-certificates", StringComparison.Ordinal));
            await controller.TerminateAsync(TimeSpan.FromSeconds(20));
        }

        var done = (await _sluice.RunAsync("uninstall --yes")).Succeeded().Rows;
        done.Take(2).Should().Equal("MutatingWebhookConfiguration sluice deleted", "Deployment flux-system/sluice-controller deleted");
        done.Should().Contain("Service flux-system/sluice-webhook deleted").And.Contain("Secret flux-system/sluice-webhook-certificates deleted").And.Contain("ValidatingAdmissionPolicy sluice-controller-secrets deleted");
        (await _cluster.Kubectl.RunAsync("get", "mutatingwebhookconfigurations,clusterroles,clusterrolebindings", "-l", "app.kubernetes.io/part-of=sluice", "-o", "name")).Should().BeEmpty();
        (await _cluster.Kubectl.RunAsync("-n", "flux-system", "get", "secrets,services,roles,rolebindings", "-o", "name")).Should().NotContain("sluice");
        (await PoliciesAsync()).Should().BeEmpty();
        await KustomizationAsync("app");
        (await ValueAsync("ks/app", "{.spec.suspend}")).Should().BeEmpty();
    }

    private ManagedProcess StartController(params string[] more) => ManagedProcess.Start(
        ControllerBinary.Path,
        ["--runtime-namespace=flux-system", "--enable-leader-election", "--trust-requested-by", "--metrics-addr=0", "--health-addr=0", $"--kubeconfig={_cluster.KubeconfigPath}", .. more]);

    private Task<string> PoliciesAsync() => _cluster.Kubectl.RunAsync(
        "get", "validatingadmissionpolicies,validatingadmissionpolicybindings,mutatingadmissionpolicies,mutatingadmissionpolicybindings", "-l", "app.kubernetes.io/part-of=sluice", "-o", "name");

    private static string Definition(string kind, string spec)
    {
        var singular = kind.ToLowerInvariant();
        return $$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: {{singular}}s.example.org}
            spec:
              group: example.org
              scope: Namespaced
              names: {kind: {{kind}}, plural: {{singular}}s, singular: {{singular}} }
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema:
                    openAPIV3Schema:
                      type: object
                      properties:
                        spec: {type: object, properties: { {{spec}} } }
                        status: {type: object, properties: {conditions: {type: string} } }
            """;
    }

    private Task<string> ValueAsync(string what, string path, string inNamespace = "apps") =>
        _cluster.Kubectl.RunAsync("-n", inNamespace, "get", what, $"-o=jsonpath={path}", "--show-managed-fields");

    private async Task<string> LabelledAsync() => await _cluster.Kubectl.RunAsync(
        "get", "crd,sa,clusterrole,role,clusterrolebinding,rolebinding,netpol,pdb,deploy,validatingadmissionpolicy,validatingadmissionpolicybinding,mutatingadmissionpolicy,mutatingadmissionpolicybinding",
        "-A", "-l", "app.kubernetes.io/part-of=sluice", "-o", "name");

    private Task KustomizationAsync(string name, string spec = "wait: true", string annotations = "{gating.toolkit.fluxcd.io/gates: sre}") => TriedAsync($"{name} is created", $$"""
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: {{name}}, namespace: apps, annotations: {{annotations}} }
        spec: {interval: 10m, path: ./deploy, prune: true, {{spec}}, sourceRef: {kind: GitRepository, name: app} }
        """);

    private Task LeaseAsync(string holder, string name = "sluice-controller-leader-election", int seconds = 600) => _cluster.Kubectl.ApplyAsync($$"""
        apiVersion: coordination.k8s.io/v1
        kind: Lease
        metadata: {name: {{name}}, namespace: flux-system}
        spec: {holderIdentity: "{{holder}}", leaseDurationSeconds: {{seconds}}, renewTime: "2026-03-26T10:00:00.000000Z"}
        """, force: true);

    private async Task<bool> IsBornHeldAsync()
    {
        try
        {
            var made = await _cluster.Kubectl.RunAsync(["apply", "--server-side", "--dry-run=server", "-f", "-", "-o=jsonpath={.spec.suspend}"], """
                apiVersion: kustomize.toolkit.fluxcd.io/v1
                kind: Kustomization
                metadata: {name: probe, namespace: apps, annotations: {gating.toolkit.fluxcd.io/gates: sre} }
                spec: {interval: 10m, path: ./deploy, prune: true, sourceRef: {kind: GitRepository, name: app} }
                """);
            return made == "true";
        }
        catch (KubectlException e) when (IsNotReady(e))
        {
            return false;
        }
    }

    /// <summary>An API server that has just got a policy for a kind refuses to write it for a moment, until it knows its schema; and a kind that was just defined is not served at once.</summary>
    private Task TriedAsync(string what, string manifest) => Eventually.GivesAsync(what, async () =>
    {
        try
        {
            return await _cluster.Kubectl.ApplyAsync(manifest);
        }
        catch (KubectlException e) when (IsNotReady(e))
        {
            return "";
        }
    }, said => said.Length > 0);

    private static bool IsNotReady(KubectlException e) =>
        NotReady.Any(said => e.Error.Contains(said, StringComparison.Ordinal));
}
