using System.Text.RegularExpressions;
using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Installing;

/// <summary><c>sluice install</c> with the API server's policies, with the controller's webhook, and from one to the other.</summary>
public sealed partial class AdmissionWayTests
{
    [Fact]
    public async Task From_policies_to_the_webhook_and_back_everything_is_born_held_and_nothing_is_refused_nor_is_it_when_the_webhook_comes_where_nothing_was()
    {
        await using var cluster = await StartAsync();
        var sluice = SluiceFor(cluster);
        await using var controller = DeployedController.Start(cluster);
        (await sluice.RunAsync("install --admission policies")).Succeeded();
        await GateAsync(cluster);
        await using var births = await Births.StartHeldAsync(cluster);

        (await sluice.RunAsync("install --admission webhook --wait=false")).FailedWith(1).Error.Should()
            .Contain("Sluice is installed without MutatingWebhookConfiguration sluice").And.Contain("run the same command without --wait=false");
        (await sluice.RunAsync("install --admission webhook --dry-run")).Succeeded().Rows.Should()
            .Contain("MutatingWebhookConfiguration sluice created (dry run)").And.Contain("MutatingAdmissionPolicy sluice-born-held deleted (dry run)");
        (await WebhooksAsync(cluster)).Should().BeEmpty("nothing was done");

        var there = (await sluice.RunAsync("install --admission webhook")).Succeeded().Rows.ToList();
        there.Should().ContainInOrder(
            "Deployment flux-system/sluice-controller configured", "MutatingWebhookConfiguration sluice created",
            "MutatingAdmissionPolicyBinding sluice-born-held deleted", "MutatingAdmissionPolicy sluice-born-held deleted");
        (await cluster.Kubectl.RunAsync("get", "mutatingadmissionpolicies,mutatingadmissionpolicybindings", "-o", "name")).Should().BeEmpty();
        (await WebhooksAsync(cluster)).Should().Be("Fail true, Fail true");
        await births.MoreAsync();

        var back = (await sluice.RunAsync("install --admission policies")).Succeeded().Rows.ToList();
        back.Should().ContainInOrder(
            "MutatingAdmissionPolicyBinding sluice-born-held created", "MutatingWebhookConfiguration sluice deleted",
            "Deployment flux-system/sluice-controller configured", "Service flux-system/sluice-webhook deleted", "Role flux-system/sluice-controller-webhook deleted",
            "Secret flux-system/sluice-webhook-certificates deleted");
        (await WebhooksAsync(cluster)).Should().BeEmpty();
        await births.MoreAsync();
        await births.EndAsync();
        births.Unheld.Should().BeEmpty("at every moment one of the two was in force");
        // An API server that has just got a policy for a kind refuses to write it for a moment, until it knows its schema.
        births.Refused.Where(refusal => !refusal.Contains("not yet synced", StringComparison.Ordinal)).Should().BeEmpty("nobody was asked who did not answer");
        births.Count.Should().BeGreaterThan(100);

        (await sluice.RunAsync("install")).Succeeded().Rows[^1].Should().StartWith("Nothing changed", "policies are what this API server's way is");
        (await sluice.RunAsync("install --admission none")).Succeeded().Rows.Should().Contain("MutatingAdmissionPolicy sluice-born-held deleted");

        // Where Sluice is installed without either, nothing is refused because the webhook comes.
        await using var unheld = Births.Start(cluster);
        await unheld.MoreAsync();
        (await sluice.RunAsync("install --admission webhook")).Succeeded();
        await using var held = await Births.StartHeldAsync(cluster);
        await held.MoreAsync();
        await unheld.EndAsync();
        await held.EndAsync();
        unheld.Unheld.Should().NotBeEmpty();
        held.Unheld.Should().BeEmpty();
        unheld.Refused.Concat(held.Refused).Should().BeEmpty();
        (await controller.EndAsync()).Should().NotBeEmpty().And.NotContain(line => Refusal().IsMatch(line), "it may do what it does");
    }

    [Fact]
    public async Task Before_Kubernetes_1_36_it_comes_with_the_webhook_and_stays_in_force_during_an_upgrade_and_goes_with_the_rest()
    {
        await using var cluster = await StartAsync(ControlPlaneOptions.OldestSupportedVersion);
        var sluice = SluiceFor(cluster);
        (await sluice.RunAsync("check")).Output.Should().Contain("! there is no MutatingWebhookConfiguration sluice, and this API server has no MutatingAdmissionPolicy v1")
            .And.Contain("run 'sluice install'").And.NotContain("sluice-born-held");
        (await sluice.RunAsync("install --admission policies")).FailedWith(1).Error.Should().Contain("no MutatingAdmissionPolicy v1, which comes with Kubernetes 1.36").And.Contain("--admission webhook");

        await using var controller = DeployedController.Start(cluster);
        var first = (await sluice.RunAsync("install")).Succeeded().Rows;
        first.SkipLast(1).Should().OnlyContain(line => line.EndsWith(" created"));
        first[^3].Should().StartWith("Deployment ");
        first[^2].Should().StartWith("MutatingWebhookConfiguration ");
        (await WebhooksAsync(cluster)).Should().Be("Fail true, Fail true");

        await GateAsync(cluster);
        await using var births = await Births.StartHeldAsync(cluster);
        await cluster.Kubectl.ApplyAsync("""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: app, namespace: apps, annotations: {gating.toolkit.fluxcd.io/gates: sre} }
            spec: {interval: 10m, path: ./deploy, prune: true, suspend: false, sourceRef: {kind: GitRepository, name: app} }
            """);
        (await cluster.Kubectl.RunAsync("-n", "apps", "get", "ks/app", "-o=jsonpath={.spec.suspend}")).Should().Be("true");

        (await sluice.RunAsync("install")).Succeeded().Rows[^1].Should().StartWith("Nothing changed");
        (await sluice.RunAsync("check")).Output.Should().Contain("✔ sluice-controller holds what names gates from birth, and stamps who makes a request: MutatingWebhookConfiguration sluice")
            .And.Contain("✔ sluice-controller runs");
        (await sluice.RunAsync("install --image registry.example.org/sluice-controller:next")).Succeeded().Rows.Should().Contain("Deployment flux-system/sluice-controller configured");
        await births.MoreAsync();
        await births.EndAsync();
        births.Unheld.Should().BeEmpty();
        births.Refused.Should().BeEmpty("while one replica goes, another answers");
        births.Count.Should().BeGreaterThan(50);

        (await sluice.RunAsync("uninstall --yes")).Succeeded().Rows.Should()
            .ContainInOrder("MutatingWebhookConfiguration sluice deleted", "Deployment flux-system/sluice-controller deleted").And.Contain("Kustomization apps/app is released");
        (await controller.EndAsync()).Should().NotBeEmpty().And.NotContain(line => Refusal().IsMatch(line), "it may do what it does");
    }

    [Fact]
    public async Task Without_waiting_a_first_install_fails_closed_and_what_is_not_Sluices_stays_when_it_goes()
    {
        await using var cluster = await StartAsync();
        var sluice = SluiceFor(cluster);
        (await sluice.RunAsync("install --admission webhook --wait=false")).Succeeded();
        (await WebhooksAsync(cluster)).Should().Be("Fail false, Fail false");
        var check = (await sluice.RunAsync("check")).Output;
        check.Should().Contain("✗ MutatingWebhookConfiguration sluice has no caBundle for gated-objects.gating.toolkit.fluxcd.io, gate-requests.gating.toolkit.fluxcd.io")
            .And.Contain("they refuse it").And.Contain("--webhook-addr").And.NotContain("sluice-born-held");
        (await sluice.RunAsync("install --admission webhook --wait=false")).Succeeded().Rows[^1].Should().StartWith("Nothing changed");

        await cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "admission", "mutating"));
        (await sluice.RunAsync("check")).Output.Should().Contain("✔ The API server holds what names gates from birth").And.Contain("! policies and MutatingWebhookConfiguration sluice both hold");

        await cluster.Kubectl.RunAsync("-n", "flux-system", "label", "service", "sluice-webhook", "app.kubernetes.io/part-of-");
        var none = (await sluice.RunAsync("install --admission none --wait=false")).Succeeded().Rows.ToList();
        none.Should().ContainInOrder("MutatingWebhookConfiguration sluice deleted", "Deployment flux-system/sluice-controller configured", "MutatingAdmissionPolicy sluice-born-held deleted");
        none.Should().NotContain(line => line.StartsWith("Service "));
        (await cluster.Kubectl.RunAsync("-n", "flux-system", "get", "service", "-o", "name")).Trim().Should().Be("service/sluice-webhook");
    }

    private static async Task<ControlPlane> StartAsync(string? kubernetes = null)
    {
        var cluster = await ControlPlane.StartAsync(new() { EmulatedVersion = kubernetes });
        if (!cluster.Server.StartsWith("controlplane ", StringComparison.Ordinal))
        {
            await cluster.DisposeAsync();
            Assert.Skip("kube-apiserver cannot be told where a Service leads");
        }

        await FluxCrds.InstallAsync(cluster);
        await cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await cluster.Kubectl.RunAsync("create", "namespace", "apps");
        return cluster;
    }

    // Going from one way to another takes it half a minute, of which it waits twenty seconds for API servers to hear.
    private static SluiceProgram SluiceFor(ControlPlane cluster) => new(cluster.KubeconfigPath) { Limit = TimeSpan.FromMinutes(4) };

    private static Task GateAsync(ControlPlane cluster) => Eventually.GivesAsync("a gate and a binding are created", async () =>
    {
        try
        {
            return await cluster.Kubectl.ApplyAsync("""
                apiVersion: gating.toolkit.fluxcd.io/v1alpha1
                kind: Gate
                metadata: {name: sre, namespace: apps}
                spec: {window: 1h}
                ---
                apiVersion: gating.toolkit.fluxcd.io/v1alpha1
                kind: GateBinding
                metadata: {name: team-a, namespace: apps}
                spec: {gates: [{name: sre}], selector: {matchLabels: {team: a} } }
                """);
        }
        catch (KubectlException)
        {
            return "";
        }
    }, said => said.Length > 0);

    /// <summary>Of each webhook but those of bindings, its failure policy and whether it has an authority.</summary>
    private static async Task<string> WebhooksAsync(ControlPlane cluster)
    {
        var found = await cluster.Kubectl.RunAsync(
            "get", "mutatingwebhookconfiguration", "sluice", "--ignore-not-found",
            "-o=go-template={{range .webhooks}}{{.name}} {{.failurePolicy}} {{if .clientConfig.caBundle}}true{{else}}false{{end}}{{\"\\n\"}}{{end}}");
        return string.Join(", ", found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("bindings", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(' ') + 1)..]));
    }

    // Not each "forbidden": an API server of 1.30 answers with 422 that to stream the initial state is "forbidden for watch".
    [GeneratedRegex(@"\b403\b|is forbidden: ", RegexOptions.IgnoreCase)]
    private static partial Regex Refusal();
}
