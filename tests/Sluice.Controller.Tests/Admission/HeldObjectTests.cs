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
    public async Task Who_may_override_its_gates_lets_nothing_go_by_an_empty_list_of_them_which_takes_no_right_to_take_away()
    {
        var ns = await NewAsync();
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "admin", "--clusterrole=sluice-admin", "--user=admin");
        await EditAsync("admin", ns, "annotate ks/app gating.toolkit.fluxcd.io/gates=");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "InvalidReference");
        await EditAsync("editor", ns, "annotate ks/app gating.toolkit.fluxcd.io/gates-");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is released", found => !found.IsSuspended() && found.HeldBy() is null);
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
        await EditAsync("admin", ns, "annotate ks/app gating.toolkit.fluxcd.io/gates- gating.toolkit.fluxcd.io/held-by-");
        await EditAsync("admin", ns, "patch ks/app --type=merge -p {\"spec\":{\"suspend\":false}}");
        (await _cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeFalse();
        await guarded.StartControllerAsync();
        await EditAsync("admin", ns, "annotate ks/app gating.toolkit.fluxcd.io/gates=gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }

    [Theory]
    [InlineData("delete ks --all")]
    [InlineData("delete --raw /apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{namespace}/kustomizations")]
    public async Task What_is_held_stays_when_its_whole_collection_is_deleted_and_the_rest_may_go(string attempt)
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "before", "");
        await _cluster.CreateGatedAsync(Kustomization, ns, "behind", "");

        var refused = (await new Func<Task>(() => EditAsync("editor", ns, attempt.Replace("{namespace}", ns, StringComparison.Ordinal))).Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain($"Kustomization {ns}/app is held by {ns}/gate (GateClosed): deleted while it is suspended, it would leave what it has deployed behind");
        var held = (await _cluster.GetAsync(Kustomization, ns, "app"))!;
        held.IsSuspended().Should().BeTrue();
        held["metadata"]!["deletionTimestamp"].Should().BeNull();

        await EditAsync("editor", ns, $"delete --raw /apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{ns}/kustomizations?fieldSelector=metadata.name!=app");
        (await _cluster.Kubectl.RunAsync("-n", ns, "get", "ks", "-o", "name")).Trim().Should().Be("kustomization.kustomize.toolkit.fluxcd.io/app");
    }

    [Fact]
    public async Task A_collection_is_deleted_with_what_is_held_in_it_by_a_person_who_may_override_the_gates_and_by_no_service_account()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "another", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "another");
        var collection = $"/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{ns}/kustomizations";
        var pruner = _cluster.ControlPlane.KubectlFor("system:serviceaccount:flux-system:kustomize-controller", "system:masters", "system:serviceaccounts", "system:authenticated");
        (await new Func<Task>(() => pruner.RunAsync("delete", "--raw", collection)).Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("would leave what it has deployed behind");
        (await _cluster.Kubectl.RunAsync("-n", ns, "get", "ks", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(2);

        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "admin", "--clusterrole=sluice-admin", "--user=admin");
        await guarded.As("admin").RunAsync("delete", "--raw", collection);
        (await _cluster.Kubectl.RunAsync("-n", ns, "get", "ks", "-o", "name")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("gates-")]
    [InlineData("gates=gate")]
    public async Task Who_mistyped_a_gates_name_is_told_who_corrects_it(string correction)
    {
        var ns = await NewAsync();
        await EditAsync("editor", ns, "annotate ks/app gating.toolkit.fluxcd.io/gates=gate,platform/mistyped");
        var refused = (await new Func<Task>(() => EditAsync("editor", ns, $"annotate ks/app {Prefix}{correction}")).Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain($"that takes the verb override on gate {ns}/gate and gate platform/mistyped, as role sluice-admin gives it")
            .And.Contain("is corrected by whoever has that right in the namespace that it points to, or in the whole cluster; or have a gate of that name made there, and open it");

        await _cluster.Kubectl.RunAsync("create", "clusterrolebinding", $"admin-{ns}", "--clusterrole=sluice-admin", $"--user=admin-{ns}");
        await EditAsync($"admin-{ns}", ns, $"annotate ks/app {Prefix}{correction}");
    }

    [Fact]
    public async Task An_object_that_names_its_gates_in_its_spec_alone_is_edited_after_its_release_as_before_it()
    {
        var ns = await NewAsync();
        await guarded.As("editor").RunAsync(["-n", ns, "create", "-f", "-"], """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: by-spec}
            spec: {interval: 10m, prune: true, gates: [{name: gate}], sourceRef: {kind: GitRepository, name: app} }
            """, TestContext.Current.CancellationToken);
        await _cluster.UntilHeldAsync(Kustomization, ns, "by-spec");
        await EditAsync("editor", ns, "label ks/by-spec team=a");
        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "by-spec");
        await EditAsync("editor", ns, "label --overwrite ks/by-spec team=b");
        await EditAsync("editor", ns, "annotate ks/by-spec example.org/note=mine");
        await EditAsync("editor", ns, "annotate ks/by-spec example.org/note-");
        await EditAsync("editor", ns, "label --overwrite ks/by-spec team=c");
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
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "admin", "--clusterrole=sluice-admin", "--user=admin");
        // A binding may hold it, whose gates are not its own: to override these is not enough.
        foreach (var person in new[] { "editor", "admin" })
        {
            var refused = (await new Func<Task>(() => guarded.As(person).RunAsync(["-n", ns, "create", "-f", "-"], $$"""
                apiVersion: kustomize.toolkit.fluxcd.io/v1
                kind: Kustomization
                metadata: {name: another, annotations: { {{Prefix}}gates: gate, {{Prefix}}release-once: now} }
                spec: {interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: app} }
                """)).Should().ThrowAsync<KubectlException>()).Which.Error;
            refused.Should().Contain("reconcile once past its gates").And.Contain("the verb override on all gates of the cluster");
        }
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
