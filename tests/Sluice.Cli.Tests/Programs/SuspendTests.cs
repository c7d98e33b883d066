namespace Sluice.Cli.Tests.Programs;

public sealed class SuspendTests(ClusterWithGates cluster)
{
    private const string Suspended = "{.spec.suspend}";
    private const string KeepSuspended = @"{.metadata.annotations.gating\.toolkit\.fluxcd\.io/keep-suspended}";

    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Fact]
    public async Task What_is_suspended_during_a_hold_stays_suspended_after_it_and_resume_ends_that()
    {
        var inNamespace = await cluster.NamespaceAsync("suspend-held");
        await HeldAsync(inNamespace);
        (await _sluice.RunAsync($"suspend ks/my-app -n {inNamespace} --reason {{0}}", "database migration")).Succeeded()
            .Output.Should().Be($"Kustomization {inNamespace}/my-app is suspended, and stays so when {inNamespace}/qa opens: database migration\n");
        await cluster.ReleaseAsync(inNamespace, "my-app");
        (await SuspendAsync(inNamespace)).Should().Be("true", "a release drops Sluice's ownership alone");
        (await cluster.ValueAsync(inNamespace, "ks/my-app", KeepSuspended)).Should().Be("database migration");

        (await _sluice.RunAsync($"resume ks/my-app -n {inNamespace}")).Succeeded().Output.Should().Be($"Kustomization {inNamespace}/my-app is resumed.\n");
        (await SuspendAsync(inNamespace)).Should().BeOneOf("", "false");
        (await cluster.ValueAsync(inNamespace, "ks/my-app", KeepSuspended)).Should().BeEmpty();
    }

    [Fact]
    public async Task Resume_never_lifts_a_hold_and_the_release_after_it_resumes()
    {
        var inNamespace = await cluster.NamespaceAsync("resume-held");
        await cluster.KustomizationAsync(inNamespace, "my-app", "qa");
        (await _sluice.RunAsync($"suspend ks/my-app -n {inNamespace} --reason before")).Succeeded()
            .Output.Should().Be($"Kustomization {inNamespace}/my-app is suspended: before\n");
        await cluster.HoldAsync(inNamespace, "my-app", $"{inNamespace}/qa (GateClosed)");
        (await _sluice.RunAsync($"resume ks/my-app -n {inNamespace}")).Succeeded()
            .Output.Should().Be($"Kustomization {inNamespace}/my-app is held by {inNamespace}/qa: it goes on when that opens.\n");
        (await SuspendAsync(inNamespace)).Should().Be("true", "the gate is closed");
        await cluster.ReleaseAsync(inNamespace, "my-app");
        (await SuspendAsync(inNamespace)).Should().BeOneOf("", "false");
    }

    [Fact]
    public async Task Resume_ends_what_others_began()
    {
        var inNamespace = await cluster.NamespaceAsync("resume-others");
        await cluster.KustomizationAsync(inNamespace, "my-app", "qa");
        await cluster.ControlPlane.Kubectl.RunAsync("patch", "ks", "my-app", $"--namespace={inNamespace}", "--type=merge", "--field-manager=flux",
            """--patch={"metadata":{"annotations":{"gating.toolkit.fluxcd.io/keep-suspended":"by hand","fluxcd.controlplane.io/suspendedBy":"jane"}},"spec":{"suspend":true}}""");
        (await _sluice.RunAsync($"explain ks/my-app -n {inNamespace}")).Succeeded().Output.Should()
            .Contain("It is to be kept suspended: \"by hand\"").And.Contain("'jane' has suspended it").And.Contain("set by field manager 'flux'")
            .And.Contain($"sluice resume kustomization/my-app -n {inNamespace}");
        (await _sluice.RunAsync($"resume ks/my-app -n {inNamespace}")).Succeeded();
        (await SuspendAsync(inNamespace)).Should().Be("false");
        (await cluster.ValueAsync(inNamespace, "ks/my-app", "{.metadata.annotations}")).Should().NotContain("suspended");
    }

    [Fact]
    public async Task Release_once_writes_a_new_token_each_time_and_only_on_what_is_held()
    {
        var inNamespace = await cluster.NamespaceAsync("release-once");
        await HeldAsync(inNamespace);
        const string Token = @"{.metadata.annotations.gating\.toolkit\.fluxcd\.io/release-once}";
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).Succeeded();
        var first = await cluster.ValueAsync(inNamespace, "ks/my-app", Token);
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).Succeeded();
        first.Should().NotBeEmpty();
        (await cluster.ValueAsync(inNamespace, "ks/my-app", Token)).Should().NotBe(first);
        (await SuspendAsync(inNamespace)).Should().Be("true", "the controller releases, not this command");

        await cluster.ReleaseAsync(inNamespace, "my-app");
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).FailedWith(1).Error.Should().Contain("is not held, so there is nothing to release");
    }

    [Fact]
    public async Task Release_once_refuses_what_somebody_else_has_suspended_too_since_it_would_use_the_token_up()
    {
        var inNamespace = await cluster.NamespaceAsync("release-once-suspended");
        await HeldAsync(inNamespace);
        await cluster.ControlPlane.Kubectl.ApplyAsync($$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: my-app, namespace: {{inNamespace}}}
            spec: {suspend: true}
            """, "flux");
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).FailedWith(1).Error.Should().Contain("is suspended by field manager 'flux', too, so it would not reconcile now");
        (await _sluice.RunAsync($"suspend ks/my-app -n {inNamespace} --reason migration")).Succeeded();
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).FailedWith(1).Error.Should().Contain("is to be kept suspended (\"migration\"), so it would not reconcile now");
    }

    [Fact]
    public async Task Release_once_refuses_what_is_suspended_in_Flux_Operators_web_page()
    {
        var inNamespace = await cluster.NamespaceAsync("release-once-web-page");
        await HeldAsync(inNamespace);
        await cluster.ControlPlane.Kubectl.RunAsync("annotate", "ks", "my-app", $"--namespace={inNamespace}", "fluxcd.controlplane.io/suspendedBy=jane");
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).FailedWith(1).Error.Should()
            .Contain("is suspended by 'jane' in Flux Operator's web page, so it would not reconcile now").And.Contain($"sluice resume kustomization/my-app -n {inNamespace}");
    }

    [Fact]
    public async Task Release_once_refuses_what_is_suspended_and_not_held_since_nothing_would_suspend_it_again()
    {
        var inNamespace = await cluster.NamespaceAsync("release-once-unheld");
        await HeldAsync(inNamespace);
        await cluster.ControlPlane.Kubectl.RunAsync("patch", "ks", "my-app", $"--namespace={inNamespace}", "--subresource=status", "--type=merge",
            """--patch={"status":{"conditions":[{"type":"Approved","status":"False","reason":"CannotHold","message":"Gate closed. NOT HELD: put the gates elsewhere","lastTransitionTime":"2026-03-26T10:00:00Z"}]}}""");
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).FailedWith(1).Error.Should().Be(
            $"error: Kustomization {inNamespace}/my-app is suspended, but not held, so there is nothing to release\n       Gate closed. NOT HELD: put the gates elsewhere\n");
        (await _sluice.RunAsync($"get held -n {inNamespace}")).Succeeded().Output.Should().Contain("NOT HELD: ");
        (await cluster.ValueAsync(inNamespace, "ks/my-app", @"{.metadata.annotations.gating\.toolkit\.fluxcd\.io/release-once}")).Should().BeEmpty();
    }

    [Fact]
    public async Task What_admission_holds_is_not_said_to_be_held_by_a_gate_of_that_name()
    {
        var inNamespace = await cluster.NamespaceAsync("suspend-born");
        await cluster.KustomizationAsync(inNamespace, "my-app", "qa", "admission (NotDecidedYet)");
        (await _sluice.RunAsync($"resume ks/my-app -n {inNamespace}")).Succeeded()
            .Output.Should().Be($"Kustomization {inNamespace}/my-app is held by admission until sluice-controller has asked its gates: it goes on when its gates let it pass.\n");
        (await _sluice.RunAsync($"release-once ks/my-app -n {inNamespace}")).Succeeded()
            .Output.Should().Be($"Kustomization {inNamespace}/my-app may reconcile once; its gates hold it again after that.\n");
        (await _sluice.RunAsync($"suspend ks/my-app -n {inNamespace} --reason migration")).Succeeded()
            .Output.Should().Be($"Kustomization {inNamespace}/my-app is suspended, and stays so when its gates let it pass: migration\n");
    }

    [Theory]
    [InlineData("suspend ks/my-app", "error: Option '--reason' is required\n       see 'sluice suspend --help'\n")]
    [InlineData("suspend ks/my-app --reason {0}", "error: --reason is empty: say why the object is suspended\n")]
    public async Task A_suspension_needs_a_reason(string arguments, string error) =>
        (await _sluice.RunAsync(arguments, " ")).FailedWith(2).Error.Should().Be(error);

    private async Task HeldAsync(string inNamespace)
    {
        await cluster.GateAsync(inNamespace, "qa");
        await cluster.KustomizationAsync(inNamespace, "my-app", "qa", $"{inNamespace}/qa (GateClosed)");
    }

    private Task<string> SuspendAsync(string inNamespace) => cluster.ValueAsync(inNamespace, "ks/my-app", Suspended);
}
