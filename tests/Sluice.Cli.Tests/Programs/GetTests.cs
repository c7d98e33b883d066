using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

public sealed class GetTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Fact]
    public async Task Gates_are_listed_with_state_and_next_transition()
    {
        var inNamespace = await cluster.NamespaceAsync("get-gates");
        await cluster.GateAsync(inNamespace, "qa", opened: true, Next("closed"));
        await cluster.GateAsync(inNamespace, "sre-approval");
        await cluster.GateAsync(inNamespace, "new", opened: null);

        var table = (await _sluice.RunAsync($"get gates -n {inNamespace}")).Succeeded();
        table.Rows[0].Should().Be("NAME STATE NEXT HELD AGE MESSAGE");
        table.Rows[1].Should().MatchRegex(@"^new Unknown - 0 \d+s sluice-controller has not looked at it yet$");
        table.Rows[2].Should().MatchRegex(@"^qa Opened closed in \d+y 1 \d+s Gate opened by default$");
        table.Rows[3].Should().MatchRegex(@"^sre-approval Closed - 1 \d+s Gate closed by default$");
        table.Output.Should().NotContain("\u001b", "a pipe gets no colours");

        var wide = (await _sluice.RunAsync($"get gt qa -n {inNamespace} -o wide")).Succeeded();
        wide.Rows[1].Should().MatchRegex(@"^qa Opened closed at 2126-03-26T11:00:00Z 1 \S+Z ReconciliationSucceeded closed 1h - Gate opened by default$");

        (await _sluice.RunAsync($"get gates -n {inNamespace} -o name")).Succeeded().Output.Should().Be(
            "gate.gating.toolkit.fluxcd.io/new\ngate.gating.toolkit.fluxcd.io/qa\ngate.gating.toolkit.fluxcd.io/sre-approval\n");
        (await _sluice.RunAsync("get gates -A")).Succeeded().Rows.Should().ContainMatch($"{inNamespace} qa Opened *");
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task JSON_and_YAML_are_the_objects_as_kubectl_gets_them(string format)
    {
        var inNamespace = await cluster.NamespaceAsync($"get-{format}");
        await cluster.GateAsync(inNamespace, "qa");
        await cluster.ControlPlane.Kubectl.RunAsync("annotate", "gate", "qa", $"--namespace={inNamespace}", "note=line 1\nline 2: \"yes\"", "flag=true");
        (await _sluice.RunAsync($"get gates qa -n {inNamespace} -o {format}")).Succeeded()
            .Output.Should().Be(await cluster.ControlPlane.Kubectl.RunAsync("get", "gate", "qa", $"--namespace={inNamespace}", $"--output={format}"));
        (await _sluice.RunAsync($"get gates -n {inNamespace} -o {format}")).Succeeded()
            .Output.Should().Be(await cluster.ControlPlane.Kubectl.RunAsync("get", "gates", $"--namespace={inNamespace}", $"--output={format}"));
    }

    [Fact]
    public async Task Held_objects_are_listed_with_gates_reasons_and_until()
    {
        var inNamespace = await cluster.NamespaceAsync("get-held");
        await cluster.GateAsync(inNamespace, "maintenance", false, Next("opened"));
        await cluster.KustomizationAsync(inNamespace, "free", "maintenance");
        await cluster.KustomizationAsync(inNamespace, "my-app", "maintenance", $"{inNamespace}/maintenance (GateClosed)");
        await cluster.KustomizationAsync(inNamespace, "other", "maintenance,gone", $"{inNamespace}/maintenance (GateClosed), {inNamespace}/gone (GateNotFound)");

        var rows = (await _sluice.RunAsync($"get held -n {inNamespace}")).Succeeded().Rows;
        rows.Should().HaveCount(3, "an object that is not held is not listed");
        rows[0].Should().Be("NAME HELD BY SINCE UNTIL");
        rows[1].Should().MatchRegex($@"^kustomization/my-app {inNamespace}/maintenance \(GateClosed\) \S+ in \d+y$");
        rows[2].Should().MatchRegex($@"^kustomization/other {inNamespace}/maintenance \(GateClosed\), {inNamespace}/gone \(GateNotFound\) \S+ -$");

        (await _sluice.RunAsync("get held -A -o wide")).Succeeded().Rows.Should().ContainMatch($"{inNamespace} kustomization/my-app * 2026-03-26T10:00:00Z 2126-03-26T11:00:00Z -");
        (await _sluice.RunAsync($"get held -n {inNamespace} -o name")).Succeeded().Output.Should().Be(
            "kustomization.kustomize.toolkit.fluxcd.io/my-app\nkustomization.kustomize.toolkit.fluxcd.io/other\n");
        ((string?)(await _sluice.RunAsync($"get held -n {inNamespace} -o json")).Succeeded().Json["items"]![0]!["kind"]).Should().Be("Kustomization");
    }

    [Fact]
    public async Task Nothing_held_is_no_failure()
    {
        var inNamespace = await cluster.NamespaceAsync("get-nothing");
        var result = (await _sluice.RunAsync($"get held -n {inNamespace}")).Succeeded();
        result.Output.Should().BeEmpty();
        result.Error.Should().Be($"Nothing is held in namespace '{inNamespace}'; -A looks in all.\n");
    }

    private static string Next(string to) => $$"""
        "nextTransition":{"at":"2126-03-26T11:00:00Z","to":"{{to}}","reason":"RequestExpired"},
        """;
}
