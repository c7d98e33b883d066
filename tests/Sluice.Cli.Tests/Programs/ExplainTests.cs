using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

public sealed class ExplainTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Theory]
    [InlineData("ks/my-app")]
    [InlineData("Kustomization/my-app")]
    [InlineData("kustomizations/my-app")]
    [InlineData("kustomization.kustomize.toolkit.fluxcd.io/my-app")]
    public async Task A_held_object_is_explained_by_any_name_of_its_kind(string name)
    {
        var inNamespace = await cluster.NamespaceAsync($"explain-{Math.Abs(name.GetHashCode(StringComparison.Ordinal))}");
        await cluster.GateAsync(inNamespace, "sre-approval");
        await cluster.KustomizationAsync(inNamespace, "my-app", "sre-approval", $"{inNamespace}/sre-approval (GateClosed)");
        var result = (await _sluice.RunAsync($"explain {name} -n {inNamespace}")).Succeeded();
        result.Output.Should().StartWith($"Kustomization {inNamespace}/my-app is held since 2026-03-26T10:00:00Z (");
        result.Output.Should().Contain($"  {inNamespace}/sre-approval   Closed   ").And.Contain($"  sluice open sre-approval -n {inNamespace} --reason TEXT\n");
        ((string?)(await _sluice.RunAsync($"explain {name} -n {inNamespace} -o json")).Succeeded().Json["state"]).Should().Be("Held");
    }

    [Fact]
    public async Task Gates_of_the_spec_count_where_the_CRD_has_the_field()
    {
        var inNamespace = await cluster.NamespaceAsync("explain-spec");
        await cluster.GateAsync(inNamespace, "sre-approval");
        await cluster.ControlPlane.Kubectl.RunAsync(
            "patch", "crd", "buckets.source.toolkit.fluxcd.io", "--type=json", $"--patch-file={RepositoryRoot.Combine("config", "flux", "spec-gates.yaml")}");
        // The API server serves the new schema a moment later; until then it drops the field.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while ((await cluster.ValueAsync(inNamespace, "bucket/charts", "{.spec.gates}", orEmpty: true)).Length == 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await cluster.ControlPlane.Kubectl.RunAsync(["apply", "--server-side", "--validate=ignore", "-f", "-"],
                $$"""
                apiVersion: source.toolkit.fluxcd.io/v1
                kind: Bucket
                metadata: {name: charts, namespace: {{inNamespace}}}
                spec: {interval: 10m, bucketName: charts, endpoint: example.com, gates: [{name: sre-approval}]}
                """, limit.Token);
        }

        (await _sluice.RunAsync($"explain bucket/charts -n {inNamespace}")).Succeeded().Output.Should()
            .StartWith($"Bucket {inNamespace}/charts is not held yet, although it must wait for {inNamespace}/sre-approval (closed).\n");
        (await _sluice.RunAsync("check")).Output.Should().Contain("! Of these kinds only Bucket has the field spec.gates");
    }

    [Fact]
    public async Task An_object_that_is_not_there_suggests_the_near_ones()
    {
        var inNamespace = await cluster.NamespaceAsync("explain-missing");
        await cluster.KustomizationAsync(inNamespace, "my-app", "qa");
        (await _sluice.RunAsync($"explain ks/myapp -n {inNamespace}")).FailedWith(1).Error.Should().Be(
            $"error: there is no Kustomization 'myapp' in namespace '{inNamespace}': did you mean my-app?\n");
    }

    [Theory]
    [InlineData("kustomisation/my-app", "error: 'kustomisation' is not a kind that Sluice holds: did you mean kustomization or kustomizations?\n")]
    [InlineData("gate/qa", "error: a gate is not a gated object; see 'get gates', 'open' and 'close' for gates\n")]
    [InlineData("my-app", "error: 'my-app' does not name an object: expected KIND/NAME, for example kustomization/my-app\n")]
    public async Task A_wrong_name_is_a_fault_of_usage(string name, string error) =>
        (await _sluice.RunAsync($"explain {name}")).FailedWith(2).Error.Should().Be(error);
}
