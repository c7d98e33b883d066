namespace Sluice.Cli.Tests.Programs;

public sealed class FailureTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Fact]
    public async Task Forbidden_says_who_may_not_do_what_where()
    {
        var inNamespace = await cluster.NamespaceAsync("forbidden");
        await cluster.GateAsync(inNamespace, "qa");
        var jane = new SluiceProgram(cluster.ControlPlane.KubeconfigFor("jane"));
        (await jane.RunAsync($"open qa -n {inNamespace}")).FailedWith(1).Error.Should()
            .StartWith($"error: forbidden: you are 'jane', who may not patch gates.gating.toolkit.fluxcd.io in namespace '{inNamespace}' (context 'test-bed' of kubeconfig ")
            .And.Contain($"kubectl auth can-i patch gates.gating.toolkit.fluxcd.io -n {inNamespace}");
        (await jane.RunAsync("get gates -A")).FailedWith(1).Error.Should().Contain("you are 'jane', who may not list gates.gating.toolkit.fluxcd.io in all namespaces");
        (await jane.RunAsync($"get held -n {inNamespace}")).FailedWith(1).Error.Should().Contain("who may not list kustomizations.kustomize.toolkit.fluxcd.io");
    }

    [Fact]
    public async Task An_unreachable_server_is_named_with_its_context()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-cli-").FullName;
        try
        {
            var kubeconfig = Path.Combine(folder, "config");
            await File.WriteAllTextAsync(kubeconfig,
                """
                apiVersion: v1
                kind: Config
                clusters: [{name: gone, cluster: {server: "http://127.0.0.1:1"}}]
                users: [{name: me, user: {token: secret}}]
                contexts: [{name: prod, context: {cluster: gone, user: me}}, {name: dev, context: {cluster: gone, user: me}}]
                current-context: prod
                """, TestContext.Current.CancellationToken);
            var sluice = new SluiceProgram(kubeconfig);
            (await sluice.RunAsync("get gates")).FailedWith(1).Error.Should().Be(
                $"error: cannot reach the API server at http://127.0.0.1:1/ (context 'prod' of kubeconfig {kubeconfig}): Connection refused\n");
            (await sluice.RunAsync("get gates --context dev")).FailedWith(1).Error.Should().Contain("(context 'dev' of");
            (await sluice.RunAsync("get gates --context staging")).FailedWith(1).Error.Should().Contain("has no context 'staging'; it has: prod, dev");
            (await sluice.RunAsync($"get gates --kubeconfig {folder}/none")).FailedWith(1).Error.Should().Contain($"{folder}/none does not exist");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("opne qa", "error: 'opne' is not a command of 'sluice': did you mean open?\n       see 'sluice --help'\n")]
    [InlineData("get gatse", "error: 'gatse' is not a command of 'sluice get': did you mean gates?\n       see 'sluice get --help'\n")]
    [InlineData("open", "error: Required argument missing for command: 'open'\n       see 'sluice open --help'\n")]
    [InlineData("get gates -o xml", "error: --output: 'xml' is not a format; expected table, wide, json, yaml, name\n       see 'sluice get gates --help'\n")]
    [InlineData("open qa --timeout 0s", "error: --timeout: '0s' is not a duration greater than zero, for example 30s or 1m30s\n       see 'sluice open --help'\n")]
    [InlineData("close qa --revision x", "error: Unrecognized command or argument '--revision'\n       see 'sluice close --help'\n")]
    [InlineData("open Not_A_Gate", "error: 'Not_A_Gate' is not a gate's name: expected NAME or NAMESPACE/NAME, for example sre-approval\n")]
    [InlineData("check -o name", "error: -o name makes no sense with check: expected table, wide, json or yaml\n")]
    public async Task A_wrong_command_line_ends_with_2_and_says_what_was_expected(string arguments, string error) =>
        (await _sluice.RunAsync(arguments)).FailedWith(2).Error.Should().Be(error);

    [Fact]
    public async Task Help_goes_to_standard_output_and_asks_no_cluster()
    {
        var nowhere = new SluiceProgram("/nonexistent");
        (await nowhere.RunAsync("open --help")).Succeeded().Output.Should().Contain("sluice open <GATE> [options]");
        (await nowhere.RunAsync([])).Succeeded().Output.Should().Contain("explain <KIND/NAME>");
        (await nowhere.RunAsync("version")).Succeeded().Output.Should().MatchRegex(@"^sluice 0\.1\.0\S* \(\S+\), API gating\.toolkit\.fluxcd\.io/v1alpha1\n$");
    }
}
