using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;
using Sluice.TestBed;

namespace Sluice.FluxStandIn.Tests;

public sealed class SpecGatesTests(RunningControlPlane running)
{
    private const string Gates = """[{"name":"sre-approval","namespace":"flux-system"},{"name":"maintenance"}]""";

    private readonly Kubectl _kubectl = running.ControlPlane.Kubectl;

    [Fact]
    public async Task The_component_adds_spec_gates_to_the_small_CRDs_and_to_those_that_the_tests_install()
    {
        foreach (var folder in new[] { CrdSchema.SmallFolder, FluxCrds.Find().Folder }.Distinct())
            KindsWithGates(await FluxCrdsWithGates.BuildAsync(_kubectl, folder)).Should().BeEquivalentTo(FluxKinds.All.Select(kind => kind.Kind), "of {0}", folder);
    }

    [Fact]
    public async Task The_overlay_of_the_stand_in_builds_with_kubectl_alone() =>
        KindsWithGates(await _kubectl.RunAsync("kustomize", RepositoryRoot.Combine("tests", "flux-stand-in", "crds-with-gates")))
            .Should().BeEquivalentTo(FluxKinds.All.Select(kind => kind.Kind));

    [Fact]
    public async Task Without_the_component_an_apply_with_spec_gates_is_refused_and_another_write_loses_them()
    {
        var apply = () => WriteAsync(_kubectl, "apply", Gates);
        (await apply.Should().ThrowAsync<KubectlException>()).WithMessage("*.spec.gates: field not declared in schema*");

        (await WriteAsync(_kubectl, "create", Gates)).Should().BeEmpty("what the schema does not declare is dropped");
    }

    [Fact]
    public async Task With_the_component_spec_gates_are_kept_and_validated()
    {
        await using var controlPlane = await ControlPlane.StartAsync();
        await FluxCrdsWithGates.InstallAsync(controlPlane);
        (await WriteAsync(controlPlane.Kubectl, "apply", Gates)).Should().Be(Gates);

        var unnamed = () => WriteAsync(controlPlane.Kubectl, "apply", """[{"namespace":"flux-system"}]""");
        (await unnamed.Should().ThrowAsync<KubectlException>()).WithMessage("*spec.gates[0].name: Required value*");
        var misnamed = () => WriteAsync(controlPlane.Kubectl, "apply", """[{"name":"Not_A_Name"}]""");
        (await misnamed.Should().ThrowAsync<KubectlException>()).WithMessage("*spec.gates[0].name*should match*");
    }

    /// <summary>Writes as a controller does, without kubectl's strict validation, and returns the gates that were stored.</summary>
    private static async Task<string> WriteAsync(Kubectl kubectl, string verb, string gates)
    {
        string[] how = verb == "apply" ? ["apply", "--server-side", "--force-conflicts"] : ["create"];
        await kubectl.RunAsync(
            [.. how, "--validate=false", "-f", "-"],
            $$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: spec-gates, namespace: default}
            spec: {interval: 1h, prune: true, suspend: true, sourceRef: {kind: GitRepository, name: none}, gates: {{gates}} }
            """,
            TestContext.Current.CancellationToken);
        return await kubectl.RunAsync("--namespace", "default", "get", "kustomization", "spec-gates", "--output=jsonpath={.spec.gates}");
    }

    private static IEnumerable<string?> KindsWithGates(string manifest) => CrdSchema.Read(manifest)
        .Where(crd => CrdSchema.Root(crd).Text("properties", "spec", "properties", "gates", "type") == "array")
        .Select(crd => crd.Text("spec", "names", "kind"));
}
