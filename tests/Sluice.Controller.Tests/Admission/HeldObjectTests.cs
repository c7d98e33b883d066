using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Who may edit a held object gains nothing by it: not its release, not its gates, not its end.</summary>
public sealed class HeldObjectTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    private const string Prefix = "gating.toolkit.fluxcd.io/";

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = guarded.Cluster;

    public static TheoryData<string, string> Attempts => new()
    {
        { "annotate ks/app gating.toolkit.fluxcd.io/gates-", "may not take gates away" },
        { "annotate ks/app gating.toolkit.fluxcd.io/gates=", "may not take gates away" },
        { "annotate ks/app gating.toolkit.fluxcd.io/gates=opened", "may not take gates away" },
        { "annotate ks/app gating.toolkit.fluxcd.io/require=oneOf", "may not take gates away" },
        { "annotate ks/app gating.toolkit.fluxcd.io/release-once=now", "reconcile once past its gates" },
        { "annotate ks/app gating.toolkit.fluxcd.io/held-by-", "written by sluice-controller alone" },
        { "annotate ks/app gating.toolkit.fluxcd.io/held-since=2020-01-01T00:00:00Z", "written by sluice-controller alone" },
        { "annotate ks/app gating.toolkit.fluxcd.io/releasing-once=now", "written by sluice-controller alone" },
        { "annotate ks/app gating.toolkit.fluxcd.io/released-once=now", "written by sluice-controller alone" },
        { "patch ks/app --type=merge -p {\"spec\":{\"suspend\":false}}", "only its gates let it go" },
        { "patch ks/app --type=json -p [{\"op\":\"remove\",\"path\":\"/spec/suspend\"}]", "only its gates let it go" },
        { "delete ks/app", "would leave what it has deployed behind" },
        { "delete ks --all", "would leave what it has deployed behind" },
    };

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task Who_may_only_edit_it_is_refused_and_told_why(string attempt, string because)
    {
        var ns = await NewAsync();
        var refused = (await new Func<Task>(() => EditAsync("editor", ns, attempt)).Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain(because).And.Contain($"Kustomization {ns}/app");
        (await _cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeTrue();
    }

    [Fact]
    public async Task Who_claims_to_be_Sluice_by_its_field_manager_is_refused_without_its_right()
    {
        var ns = await NewAsync();
        var refused = (await new Func<Task>(() => EditAsync("editor", ns, "patch ks/app --field-manager=sluice --type=merge -p {\"spec\":{\"suspend\":false}}"))
            .Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain("only its gates let it go");
    }

    [Theory]
    [InlineData("annotate ks/app example.org/note=mine")]
    [InlineData("annotate ks/app gating.toolkit.fluxcd.io/keep-suspended=migration")]
    [InlineData("annotate ks/app gating.toolkit.fluxcd.io/gates=gate,opened")]
    [InlineData("patch ks/app --type=merge -p {\"spec\":{\"interval\":\"3m\"}}")]
    [InlineData("patch ks/app --type=merge -p {\"spec\":{\"suspend\":true}}")]
    public async Task Whatever_lets_nothing_pass_takes_no_right(string edit)
    {
        var ns = await NewAsync();
        await EditAsync("editor", ns, edit);
        (await _cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeTrue();
    }

    [Theory]
    [InlineData("annotate ks/app gating.toolkit.fluxcd.io/gates-")]
    [InlineData("annotate ks/app gating.toolkit.fluxcd.io/release-once=now")]
    [InlineData("delete ks/app")]
    public async Task Who_may_override_its_gates_may(string edit)
    {
        var ns = await NewAsync();
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "admin", "--clusterrole=sluice-admin", "--user=admin");
        await EditAsync("admin", ns, edit);
    }

    [Fact]
    public async Task A_right_to_override_one_of_its_gates_is_not_enough()
    {
        var ns = await NewAsync();
        await _cluster.CreateGateAsync(ns, "other", "{}");
        await EditAsync("editor", ns, "annotate ks/app gating.toolkit.fluxcd.io/gates=gate,other,opened");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "role", "two", "--verb=override", "--resource=gates.gating.toolkit.fluxcd.io", "--resource-name=gate", "--resource-name=other");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "two", "--role=two", "--user=two");
        await new Func<Task>(() => EditAsync("two", ns, "delete ks/app")).Should().ThrowAsync<KubectlException>();
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "role", "third", "--verb=override", "--resource=gates.gating.toolkit.fluxcd.io", "--resource-name=opened");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "third", "--role=third", "--user=two");
        await EditAsync("two", ns, "delete ks/app");
    }

    [Fact]
    public async Task Who_may_override_its_gates_lets_it_go_by_hand_in_two_steps_while_Sluice_is_down()
    {
        var ns = await NewAsync();
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "admin", "--clusterrole=sluice-admin", "--user=admin");
        guarded.Controller!.Process.Kill();
        await EditAsync("admin", ns, "annotate ks/app gating.toolkit.fluxcd.io/held-by-");
        await EditAsync("admin", ns, "patch ks/app --type=merge -p {\"spec\":{\"suspend\":false}}");
        await guarded.StartControllerAsync();
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public async Task Up_to_eight_gates_the_right_is_asked_for_by_name_and_beyond_for_all_of_the_cluster(int count, bool passes)
    {
        var ns = await NewAsync();
        await EditAsync("editor", ns, $"annotate ks/app gating.toolkit.fluxcd.io/gates=gate,{string.Join(',', Enumerable.Range(2, count - 1).Select(i => $"g{i}"))}");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "admin", "--clusterrole=sluice-admin", "--user=admin");
        var delete = () => EditAsync("admin", ns, "delete ks/app");
        if (passes)
        {
            await delete();
        }
        else
        {
            (await delete.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("the verb override on all gates of the cluster");
        }
    }

    [Fact]
    public async Task A_service_account_that_may_do_everything_as_that_of_kustomize_controller_does_not_prune_a_held_object()
    {
        var ns = await NewAsync();
        var pruner = _cluster.ControlPlane.KubectlFor("system:serviceaccount:flux-system:kustomize-controller", "system:masters", "system:serviceaccounts", "system:authenticated");
        (await new Func<Task>(() => pruner.RunAsync("-n", ns, "delete", "ks/app")).Should().ThrowAsync<KubectlException>())
            .Which.Error.Should().Contain("would leave what it has deployed behind");
        await pruner.RunAsync("-n", ns, "annotate", "ks/app", $"{Prefix}gates-");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is not held any more", found => found.HeldBy() is null);
        await pruner.RunAsync("-n", ns, "delete", "ks/app");
    }

    [Fact]
    public async Task An_object_that_is_not_held_is_deleted_by_who_may_delete_it()
    {
        var ns = await NewAsync();
        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await EditAsync("editor", ns, "delete ks/app");
    }

    [Fact]
    public async Task A_held_object_goes_with_its_namespace()
    {
        var ns = await NewAsync();
        await _cluster.Kubectl.RunAsync("delete", "namespace", ns, "--wait=false");
        await _cluster.UntilAsync(new("", "v1", "namespaces", "Namespace") { Namespaced = false }, "", ns, "is terminating", found => found["metadata"]!["deletionTimestamp"] is not null);
        // The administrator deletes as the namespace controller would: a service account, which passes for no other reason.
        await _cluster.ControlPlane.KubectlFor("system:serviceaccount:kube-system:namespace-controller", "system:masters", "system:serviceaccounts")
            .RunAsync("-n", ns, "delete", "ks", "--all");
    }

    [Fact]
    public async Task The_end_of_a_gate_leaves_what_it_holds_held_and_protected()
    {
        var ns = await NewAsync();
        await _cluster.Kubectl.RunAsync("-n", ns, "delete", "gate", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "GateNotFound");
        await new Func<Task>(() => EditAsync("editor", ns, "delete ks/app")).Should().ThrowAsync<KubectlException>();
    }

    [Fact]
    public async Task An_object_that_is_created_with_the_wish_to_pass_once_takes_the_right_too()
    {
        var ns = await NewAsync();
        var refused = (await new Func<Task>(() => guarded.As("editor").RunAsync(["-n", ns, "create", "-f", "-"], $$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: another, annotations: { {{Prefix}}gates: gate, {{Prefix}}release-once: now} }
            spec: {interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: app} }
            """)).Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain("reconcile once past its gates").And.Contain("the verb override on gate");
    }

    /// <summary>A held Kustomization <c>app</c>; anybody whom the test names may edit it and all others.</summary>
    private async Task<string> NewAsync()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        await _cluster.CreateGateAsync(ns, "opened", """{"default": "opened"}""");
        await guarded.GiveEditorsAsync(ns);
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        return ns;
    }

    private Task<string> EditAsync(string person, string ns, string arguments)
    {
        string[] words = arguments.Split(' ');
        return guarded.As(person).RunAsync(["-n", ns, .. words, .. words[0] == "annotate" ? ["--overwrite"] : Array.Empty<string>()], null);
    }
}
