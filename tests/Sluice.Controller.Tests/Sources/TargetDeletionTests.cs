using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>
/// While no controller runs nobody would make a deleted target again, so that another of its name could be deployed; nor would anybody see a gated source
/// go. Who may edit sources deletes neither. No controller runs here at all.
/// </summary>
public sealed class TargetDeletionTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const string Mark = "gating.toolkit.fluxcd.io/gated-source";
    private const string Refused = "That takes the verb configure on that GatedSource, as role sluice-owner gives it";
    private const string Collection = "/apis/source.toolkit.fluxcd.io/v1/namespaces/{namespace}/gitrepositories";
    private const string Finalizer = "tests.example.org/stays";

    private static int _roles;

    private static ApiResource GitRepository { get; } = FluxResources.All.Single(resource => resource.Kind == "GitRepository");

    private Cluster Cluster => approving.Cluster;

    [Theory]
    [InlineData("delete gitrepository app-gated")]
    [InlineData("delete gitrepository --all")]
    [InlineData("delete --raw " + Collection + "/app-gated")]
    [InlineData("delete --raw " + Collection)]
    public async Task Who_may_edit_sources_deletes_all_but_the_target(string attempt)
    {
        var name = await NewAsync();
        var before = await TargetAsync(name);
        (await FailAsync(Editor, name, attempt)).Should().Contain($"user editor may not delete GitRepository {name}/app-gated, from which Flux deploys what GatedSource {name}/app has released").And.Contain(Refused);
        var after = await TargetAsync(name);
        after!["metadata"]!["uid"]!.ToString().Should().Be(before!["metadata"]!["uid"]!.ToString());
        after["metadata"]!["deletionTimestamp"].Should().BeNull();

        await DoAsync(Editor, name, $"delete --raw {Collection}?fieldSelector=metadata.name!=app-gated");
        (await Cluster.Kubectl.RunAsync("-n", name, "get", "gitrepository", "-o", "name")).Trim().Should().Be("gitrepository.source.toolkit.fluxcd.io/app-gated");
    }

    [Theory]
    [InlineData("OCIRepository")]
    [InlineData("HelmChart")]
    public async Task So_is_a_target_of_another_kind(string kind)
    {
        var name = await NewAsync(kind);
        (await FailAsync(Editor, name, $"delete {kind} app-gated")).Should().Contain($"may not delete {kind} {name}/app-gated").And.Contain(Refused);
    }

    [Fact]
    public async Task An_owner_that_somebody_writes_into_it_does_not_take_it_along()
    {
        var name = await NewAsync();
        // What Kubernetes gives it.
        await Cluster.Kubectl.RunAsync("create", "clusterrole", "collects", "--verb=get,list,watch,patch,update,delete", "--resource=*.*");
        await Cluster.Kubectl.RunAsync("create", "clusterrolebinding", "collects", "--clusterrole=collects", "--serviceaccount=kube-system:generic-garbage-collector");
        var collector = Cluster.ControlPlane.KubectlFor("system:serviceaccount:kube-system:generic-garbage-collector", "system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated");
        (await FailAsync(collector, name, "delete gitrepository app-gated")).Should().Contain(Refused);
        await DoAsync(collector, name, "delete gitrepository app");
    }

    [Theory]
    [InlineData("delete gitrepository app-gated")]
    [InlineData("delete --raw " + Collection)]
    public async Task Who_may_configure_its_gated_source_deletes_it_also_when_that_is_gone_and_who_may_configure_another_does_not(string deletion)
    {
        var name = await NewAsync();
        var (owner, other) = (await WithRoleAsync("owner", name, "app"), await WithRoleAsync("other", name, "app-gated"));
        (await FailAsync(other, name, deletion)).Should().Contain(Refused);
        await DoAsync(owner, name, deletion);
        (await TargetAsync(name)).Should().BeNull();
    }

    [Fact]
    public async Task What_is_being_deleted_already_is_let_go()
    {
        var name = await NewAsync();
        await Cluster.PatchAsync(GitRepository, name, "app-gated", $$"""{"metadata": {"finalizers": ["{{Finalizer}}"]} }""");
        await DoAsync(Cluster.Kubectl, name, "delete gitrepository app-gated --wait=false");
        await DoAsync(Editor, name, "delete gitrepository app-gated --wait=false");
        (await TargetAsync(name))!["metadata"]!["deletionTimestamp"].Should().NotBeNull();
        await DoAsync(Editor, name, "patch gitrepository app-gated --type=merge -p {\"metadata\":{\"finalizers\":null}}");
        (await TargetAsync(name)).Should().BeNull();
    }

    [Fact]
    public async Task A_namespace_that_goes_takes_them_along_whoever_empties_it()
    {
        var name = await NewAsync();
        await WaitsAsync(name);
        (await FailAsync(Editor, name, "delete gitrepository app-gated")).Should().Contain(Refused);
        (await FailAsync(Editor, name, "delete gatedsource app")).Should().Contain("waits at its gates");

        // It stays terminating with all that is in it: its content is left to the editor, who has no verb.
        await Cluster.Kubectl.RunAsync("patch", "namespace", name, "--type=merge", "-p", $$"""{"metadata": {"finalizers": ["{{Finalizer}}"]} }""");
        await Cluster.Kubectl.RunAsync(["replace", "--raw", $"/api/v1/namespaces/{name}/finalize", "-f", "-"], $$"""{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "{{name}}"}, "spec": {"finalizers": []} }""", TestContext.Current.CancellationToken);
        await Cluster.Kubectl.RunAsync("delete", "namespace", name, "--wait=false");
        await Eventually.GivesAsync("the policies have heard of it", () => TryAsync(Editor, name, $"delete --raw {Collection}"), said => !said.Contains(Refused, StringComparison.Ordinal));
        (await TargetAsync(name)).Should().BeNull();
        await DoAsync(Editor, name, $"delete --raw /apis/gating.toolkit.fluxcd.io/v1alpha1/namespaces/{name}/gatedsources");
        (await Cluster.GetAsync(GatedApp.GatedSource, name, "app")).Should().BeNull();
        await Cluster.Kubectl.RunAsync("patch", "namespace", name, "--type=merge", "-p", """{"metadata": {"finalizers": null}}""");
    }

    [Fact]
    public async Task A_namespace_is_deleted_with_targets_and_what_waits()
    {
        var name = await NewAsync();
        await WaitsAsync(name);
        await Cluster.Kubectl.RunAsync("delete", "namespace", name);
        (await Cluster.Kubectl.RunAsync("get", "namespaces", "-o", "name")).Should().NotContain($"namespace/{name}\n");
    }

    [Fact]
    public async Task A_target_loses_its_mark_by_no_write()
    {
        var name = await NewAsync();
        foreach (var attempt in new[]
        {
            $"annotate gitrepository app-gated {Mark}-",
            $"annotate --overwrite gitrepository app-gated {Mark}=",
            $"annotate --overwrite gitrepository app-gated {Mark}=other",
            "patch gitrepository app-gated --type=merge -p {\"metadata\":{\"annotations\":null}}",
            "patch gitrepository app-gated --type=json -p [{\"op\":\"remove\",\"path\":\"/metadata/annotations\"}]",
        })
        {
            (await FailAsync(Editor, name, attempt)).Should().Contain("is written by sluice-controller alone", attempt);
        }

        var unmarked = (await TargetAsync(name))!;
        unmarked["metadata"]!.AsObject().Remove("annotations");
        (await FailAsync(Editor, name, "replace -f -", unmarked.ToJsonString())).Should().Contain("is written by sluice-controller alone");
        (await FailAsync(Editor, name, "replace --force -f -", unmarked.ToJsonString())).Should().Contain(Refused, "it deletes, and creates another");
        // Nothing of the metadata is written with the status.
        await DoAsync(Editor, name, "patch gitrepository app-gated --subresource=status --type=merge -p {\"metadata\":{\"annotations\":null}}");
        (await TargetAsync(name))!.Annotation(Mark).Should().Be("app");
    }

    [Theory]
    [InlineData("delete gatedsource app")]
    [InlineData("delete --raw /apis/gating.toolkit.fluxcd.io/v1alpha1/namespaces/{namespace}/gatedsources")]
    public async Task A_gated_source_at_whose_gates_something_waits_goes_neither_alone_nor_with_its_collection_without_override(string attempt)
    {
        var name = await NewAsync();
        await Cluster.Kubectl.ApplyAsync(Gated(name, "free"));
        await WaitsAsync(name);
        (await FailAsync(Editor, name, attempt)).Should().Contain($"user editor may not delete GatedSource {name}/app while main@sha1:bb waits at its gates: that takes the verb override on gate {name}/release");
        (await Cluster.GetAsync(GatedApp.GatedSource, name, "app"))!["metadata"]!["deletionTimestamp"].Should().BeNull();

        await DoAsync(Editor, name, "delete --raw /apis/gating.toolkit.fluxcd.io/v1alpha1/namespaces/{namespace}/gatedsources?fieldSelector=metadata.name!=app");
        (await Cluster.GetAsync(GatedApp.GatedSource, name, "free")).Should().BeNull();
        var admin = await Cluster.AsAsync(name, "admin", "sluice-admin");
        await DoAsync(admin, name, attempt);
        (await Cluster.GetAsync(GatedApp.GatedSource, name, "app")).Should().BeNull();
    }

    private Kubectl Editor => Cluster.ControlPlane.KubectlFor("editor");

    /// <summary>A namespace with a source and its target, as sluice-controller makes it, and somebody who may edit sources and delete gated sources.</summary>
    private async Task<string> NewAsync(string kind = "GitRepository")
    {
        var name = await Cluster.NewNamespaceAsync();
        var spec = PlayedSource.Spec(kind);
        var version = FluxResources.All.Single(resource => resource.Kind == kind).ApiVersion;
        await Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: editor, namespace: {{name}} }
            rules:
              - {apiGroups: [source.toolkit.fluxcd.io], resources: ["*"], verbs: [get, list, watch, create, update, patch, delete, deletecollection]}
              - {apiGroups: [gating.toolkit.fluxcd.io], resources: [gatedsources], verbs: [get, list, watch, delete, deletecollection]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: editor, namespace: {{name}} }
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: editor}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: editor}]
            ---
            apiVersion: {{version}}
            kind: {{kind}}
            metadata: {name: app, namespace: {{name}} }
            spec: {{spec}}
            """);
        await Cluster.Kubectl.RunAsync(["create", "--field-manager=sluice-sources", "-f", "-"], $$"""
            apiVersion: {{version}}
            kind: {{kind}}
            metadata: {name: app-gated, namespace: {{name}}, annotations: { {{Mark}}: app } }
            spec: {{spec}}
            """);
        return name;
    }

    private async Task WaitsAsync(string name)
    {
        await Cluster.Kubectl.ApplyAsync(Gated(name, "app"));
        await Cluster.PatchAsync(GatedApp.GatedSource, name, "app", """{"status": {"candidate": {"revision": "main@sha1:bb", "digest": "sha256:02", "specDigest": "sha256:0b", "since": "2026-11-25T12:00:00Z"} } }""", "sluice", "status");
    }

    private static string Gated(string inNamespace, string name) => $$"""
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: GatedSource
        metadata: {name: {{name}}, namespace: {{inNamespace}} }
        spec: {sourceRef: {kind: GitRepository, name: {{name}} }, target: {name: {{name}}-gated}, gates: [{name: release}] }
        """;

    /// <summary>Somebody who may edit sources, and has the verb configure on one gated source, which need not exist.</summary>
    private async Task<Kubectl> WithRoleAsync(string user, string inNamespace, string gatedSource)
    {
        var role = $"configures-{Interlocked.Increment(ref _roles)}";
        await Cluster.Kubectl.RunAsync("-n", inNamespace, "create", "role", role, "--verb=configure", "--resource=gatedsources.gating.toolkit.fluxcd.io", $"--resource-name={gatedSource}");
        foreach (var had in new[] { role, "editor" })
        {
            await Cluster.Kubectl.RunAsync("-n", inNamespace, "create", "rolebinding", $"{user}-{had}", $"--role={had}", $"--user={user}");
        }

        return Cluster.ControlPlane.KubectlFor(user);
    }

    private Task<JsonNode?> TargetAsync(string name) => Cluster.GetAsync(GitRepository, name, "app-gated");

    private static Task<string> DoAsync(Kubectl kubectl, string name, string act, string? input = null) =>
        kubectl.RunAsync(In(name, act), input, TestContext.Current.CancellationToken);

    private static async Task<string> FailAsync(Kubectl kubectl, string name, string act, string? input = null) =>
        (await new Func<Task>(() => DoAsync(kubectl, name, act, input)).Should().ThrowAsync<KubectlException>(act)).Which.Error;

    private static Task<string> TryAsync(Kubectl kubectl, string name, string act) => kubectl.TryAsync(In(name, act), null, TestContext.Current.CancellationToken);

    private static string[] In(string name, string act) => ["-n", name, .. act.Replace("{namespace}", name, StringComparison.Ordinal).Split(' ')];
}
