using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>A kind that is not Flux's is gated like one, by what <c>docs/reference/gated-objects.md</c> says to install.</summary>
public sealed class AdditionalKindTests : IAsyncLifetime
{
    private static readonly ApiResource Terraform = new("infra.contrib.fluxcd.io", "v1alpha2", "terraforms", "Terraform");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-kinds-");
    private readonly Cluster _cluster = new();

    public async ValueTask InitializeAsync()
    {
        await _cluster.InitializeAsync();
        await TerraformCrd.InstallAsync(_cluster.ControlPlane);
        await _cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "sluice.yaml"), await _cluster.Kubectl.RunAsync("kustomize", RepositoryRoot.Combine("config", "default-mutating")));
        var page = await File.ReadAllTextAsync(RepositoryRoot.Combine("docs", "reference", "gated-objects.md"));
        foreach (var file in new[] { "kustomization.yaml", "rights.yaml" })
        {
            var from = page.IndexOf($"```yaml\n# {file}\n", StringComparison.Ordinal) + "```yaml\n".Length;
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, file), page[from..page.IndexOf("```", from, StringComparison.Ordinal)]);
        }

        await _cluster.Kubectl.RunAsync("apply", "--server-side", "-k", _folder.FullName);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_is_born_held_and_stays_so_for_everybody_until_its_gate_opens()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        // Before any controller runs: it is the API server that holds it.
        var born = await Eventually.GivesAsync("the policies know the kind", () => CreateAsync(ns, "vpc", dryRun: true), made => made?.IsSuspended() == true);
        born!.HeldBy().Should().NotBeNull();
        (await CreateAsync(ns, "vpc", dryRun: false))!.IsSuspended().Should().BeTrue();

        await using var controller = await RunningController.StartAsync(
            _cluster.ControlPlane.KubeconfigFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts"),
            ["--runtime-namespace=flux-system", "--trust-requested-by", $"--additional-kinds={TerraformCrd.Name}"]);
        await _cluster.UntilHeldAsync(Terraform, ns, "vpc");

        await _cluster.Kubectl.RunAsync("-n", ns, "create", "role", "editor", "--verb=get,list,watch,create,update,patch,delete", $"--resource={TerraformCrd.Name}");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "editor", "--role=editor", "--user=editor");
        var editor = _cluster.ControlPlane.KubectlFor("editor");
        foreach (var (attempt, message) in new (string[], string)[]
        {
            (["delete", "terraform", "vpc"], "held"),
            (["annotate", "terraform", "vpc", "gating.toolkit.fluxcd.io/gates-"], "may not take gates away from Terraform"),
            (["annotate", "terraform", "vpc", "gating.toolkit.fluxcd.io/held-by-"], "are written by sluice-controller alone"),
            (["patch", "terraform", "vpc", "--type=merge", "-p", """{"spec": {"suspend": false}}"""], "only its gates let it go"),
        })
        {
            var refused = () => editor.RunAsync(["-n", ns, .. attempt], null, TestContext.Current.CancellationToken);
            (await refused.Should().ThrowAsync<KubectlException>(string.Join(' ', attempt))).Which.Message.Should().Contain(message);
        }

        // What comes from Git and says so is corrected.
        var applied = await _cluster.Api.ApplyAsync(Terraform, new(ns, "vpc"), Manifest(ns, "vpc", ", \"suspend\": false"), new("kustomize-controller") { Force = true }, static json => JsonNode.Parse(json)!, TestContext.Current.CancellationToken);
        applied.IsSuspended().Should().BeTrue();
        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Terraform, ns, "vpc")).IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task What_a_binding_selects_of_it_is_born_held_too()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "platform", "{}");
        await _cluster.Kubectl.ApplyAsync($$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: all, namespace: {{ns}}}
            spec: {gates: [{name: platform}]}
            """);
        await Eventually.GivesAsync("the binding is known", () => CreateAsync(ns, "vpc", dryRun: true, annotations: "{}"), made => made?.IsSuspended() == true);
    }

    private static byte[] Manifest(string ns, string name, string more = "", string annotations = """{"gating.toolkit.fluxcd.io/gates": "gate"}""") => Encoding.UTF8.GetBytes(
        $$$"""
        {"apiVersion": "infra.contrib.fluxcd.io/v1alpha2", "kind": "Terraform", "metadata": {"name": "{{{name}}}", "namespace": "{{{ns}}}", "annotations": {{{annotations}}} },
         "spec": {"path": "./"{{{more}}}} }
        """);

    private async Task<JsonNode?> CreateAsync(string ns, string name, bool dryRun, string annotations = """{"gating.toolkit.fluxcd.io/gates": "gate"}""")
    {
        try
        {
            return await _cluster.Api.CreateAsync(
                Terraform, ns, Manifest(ns, name, annotations: annotations), static json => JsonNode.Parse(json)!, new() { DryRun = dryRun }, TestContext.Current.CancellationToken);
        }
        catch (KubernetesApiException e) when (dryRun && e.StatusCode is 403 or 422 or 500 or 503)
        {
            // A policy that does not know the schema of the kind yet.
            return null;
        }
    }
}
