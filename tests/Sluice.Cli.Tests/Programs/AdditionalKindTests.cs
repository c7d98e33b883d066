using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

/// <summary>What the controller holds by its <c>--additional-kinds</c> is found by who says the same to <c>sluice</c>.</summary>
public sealed class AdditionalKindTests(ClusterWithGates cluster) : IAsyncLifetime
{
    private const string Option = $"--additional-kinds {TerraformCrd.Name}";

    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    public async ValueTask InitializeAsync() => await TerraformCrd.InstallAsync(cluster.ControlPlane);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Held_objects_of_other_kinds_are_listed_beside_those_of_Flux()
    {
        var inNamespace = await HeldAsync("kinds-held");
        await cluster.KustomizationAsync(inNamespace, "my-app", "qa", $"{inNamespace}/qa (GateClosed)");

        (await _sluice.RunAsync($"get held -n {inNamespace}")).Succeeded().Rows.Should().HaveCount(2, "only Flux's kinds are known without being told");
        var rows = (await _sluice.RunAsync($"get held -n {inNamespace} {Option}")).Succeeded().Rows;
        rows.Should().HaveCount(3);
        rows[1].Should().MatchRegex($@"^kustomization/my-app {inNamespace}/qa \(GateClosed\) \S+ -$");
        rows[2].Should().MatchRegex($@"^terraform/vpc {inNamespace}/qa \(GateClosed\) \S+ -$");
        (await _sluice.RunAsync($"get held -n {inNamespace} -o name {Option} --additional-kinds kustomizations.kustomize.toolkit.fluxcd.io")).Succeeded().Output.Should().Be(
            "kustomization.kustomize.toolkit.fluxcd.io/my-app\nterraform.infra.contrib.fluxcd.io/vpc\n", "a kind of Flux's that is named, too, is listed once");
    }

    [Theory]
    [InlineData("terraform/vpc")]
    [InlineData("terraforms/vpc")]
    [InlineData("tf/vpc")]
    [InlineData("terraform.infra.contrib.fluxcd.io/vpc")]
    public async Task One_of_them_is_explained_by_any_name_of_its_kind(string name)
    {
        var inNamespace = await HeldAsync($"kinds-explain-{Math.Abs(name.GetHashCode(StringComparison.Ordinal))}");
        var explained = (await _sluice.RunAsync($"explain {Option} {name} -n {inNamespace}")).Succeeded().Output;
        explained.Should().StartWith($"Terraform {inNamespace}/vpc is held since 2026-03-26T10:00:00Z (").And.Contain($"  {inNamespace}/qa   Closed   ");
        explained.Should().Contain($"  sluice release-once terraform/vpc -n {inNamespace} {Option}\n", "what it recommends can be run as it is");
    }

    [Fact]
    public async Task It_is_suspended_released_once_and_resumed_as_those_of_Flux_are()
    {
        var inNamespace = await HeldAsync("kinds-suspend");
        (await _sluice.RunAsync($"release-once terraform/vpc -n {inNamespace} {Option}")).Succeeded()
            .Output.Should().Be($"Terraform {inNamespace}/vpc may reconcile once; {inNamespace}/qa holds it again after that.\n");
        (await _sluice.RunAsync($"suspend terraform/vpc -n {inNamespace} {Option} --reason migration")).Succeeded()
            .Output.Should().Be($"Terraform {inNamespace}/vpc is suspended, and stays so when {inNamespace}/qa opens: migration\n");
        (await _sluice.RunAsync($"explain terraform/vpc -n {inNamespace} {Option}")).Succeeded().Output.Should().Contain($"  sluice resume terraform/vpc -n {inNamespace} {Option}\n");
        (await _sluice.RunAsync($"resume terraform/vpc -n {inNamespace} {Option}")).Succeeded()
            .Output.Should().Be($"Terraform {inNamespace}/vpc is held by {inNamespace}/qa: it goes on when that opens.\n");
    }

    [Theory]
    [InlineData("explain terraform/vpc", 2, "error: 'terraform' is not a kind that Sluice holds: expected one of kustomization, *, or one that --additional-kinds names\n")]
    [InlineData("explain terrafrom/vpc --additional-kinds terraforms.infra.contrib.fluxcd.io", 2, "error: 'terrafrom' is not a kind that Sluice holds: did you mean terraform or terraforms?\n")]
    [InlineData("get held --additional-kinds Terraform", 2, "error: --additional-kinds: 'Terraform' is not PLURAL.GROUP, for example terraforms.infra.contrib.fluxcd.io\n*")]
    [InlineData("get held --additional-kinds terraformz.infra.contrib.fluxcd.io", 1, "error: the cluster does not serve terraformz.infra.contrib.fluxcd.io, which --additional-kinds names (*)\n")]
    [InlineData("get held --additional-kinds clusterroles.rbac.authorization.k8s.io", 1, "error: clusterroles.rbac.authorization.k8s.io, which --additional-kinds names, live in no namespace: Sluice holds only what lives in one\n")]
    public async Task A_kind_that_is_not_known_one_that_is_not_served_and_one_that_cannot_be_held_are_said_to_be_so(string arguments, int exitCode, string error) =>
        (await _sluice.RunAsync(arguments)).FailedWith(exitCode).Error.Should().Match(error);

    /// <summary>A Terraform that is held as sluice-controller holds it.</summary>
    private async Task<string> HeldAsync(string name)
    {
        var inNamespace = await cluster.NamespaceAsync(name);
        await cluster.GateAsync(inNamespace, "qa");
        await cluster.ControlPlane.Kubectl.ApplyAsync(
            $$"""
            apiVersion: infra.contrib.fluxcd.io/v1alpha2
            kind: Terraform
            metadata: {name: vpc, namespace: {{inNamespace}}, annotations: {gating.toolkit.fluxcd.io/gates: qa} }
            spec: {path: ./}
            """);
        await cluster.ControlPlane.Kubectl.ApplyAsync(
            $$"""
            apiVersion: infra.contrib.fluxcd.io/v1alpha2
            kind: Terraform
            metadata:
              name: vpc
              namespace: {{inNamespace}}
              annotations: {gating.toolkit.fluxcd.io/held-by: "{{inNamespace}}/qa (GateClosed)", gating.toolkit.fluxcd.io/held-since: "2026-03-26T10:00:00Z"}
            spec: {suspend: true}
            """, "sluice", force: true);
        return inNamespace;
    }
}
