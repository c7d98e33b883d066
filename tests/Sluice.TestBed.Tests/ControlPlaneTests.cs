namespace Sluice.TestBed.Tests;

public sealed class ControlPlaneTests(RunningControlPlane running) : IClassFixture<RunningControlPlane>
{
    private const string Crd =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: weirs.test.example.com}
        spec:
          group: test.example.com
          scope: Namespaced
          names: {plural: weirs, singular: weir, kind: Weir}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties: {level: {type: integer, maximum: 10}}
        """;

    private readonly ControlPlane _controlPlane = running.ControlPlane;

    [Fact]
    public void It_says_which_API_server_it_is() =>
        _controlPlane.Server.Should().MatchRegex(@"^(controlplane|kube-apiserver) v1\.\d+\.\d+");

    [Fact]
    public async Task Two_managers_that_apply_the_same_value_own_the_field_together()
    {
        await CreateNamespaceAsync("co-owned");
        var manifest = ConfigMap("co-owned", "shared", "level: low");
        await _controlPlane.Kubectl.ApplyAsync(manifest, "first");
        await _controlPlane.Kubectl.ApplyAsync(manifest, "second");

        await _controlPlane.Kubectl.ApplyAsync(ConfigMap("co-owned", "shared", "{}"), "first");

        (await DataOf("co-owned", "shared")).Should().Be("low", "the second manager still applies it");
        await _controlPlane.Kubectl.ApplyAsync(ConfigMap("co-owned", "shared", "{}"), "second");
        (await DataOf("co-owned", "shared")).Should().BeEmpty("no manager applies it any more");
    }

    [Fact]
    public async Task Another_value_for_a_field_that_is_owned_is_a_conflict_unless_forced()
    {
        await CreateNamespaceAsync("conflicting");
        await _controlPlane.Kubectl.ApplyAsync(ConfigMap("conflicting", "disputed", "level: low"), "first");
        var other = ConfigMap("conflicting", "disputed", "level: high");

        var apply = () => _controlPlane.Kubectl.ApplyAsync(other, "second");

        (await apply.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("conflict with \"first\"").And.Contain(".data.level");
        await _controlPlane.Kubectl.ApplyAsync(other, "second", force: true);
        (await DataOf("conflicting", "disputed")).Should().Be("high");
    }

    [Fact]
    public async Task Installed_CRDs_are_served_and_validated_at_once()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Crd, TestContext.Current.CancellationToken);
            await _controlPlane.InstallCrdsAsync(file);
        }
        finally
        {
            File.Delete(file);
        }

        await CreateNamespaceAsync("weirs");
        await _controlPlane.Kubectl.ApplyAsync(Weir(10));
        var tooHigh = () => _controlPlane.Kubectl.ApplyAsync(Weir(11));
        (await tooHigh.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("spec.level").And.Contain("less than or equal to 10");
    }

    [Fact]
    public async Task The_CRDs_of_Flux_are_installed_from_where_this_machine_has_them()
    {
        FluxCrds found;
        try
        {
            found = FluxCrds.Find();
        }
        catch (DirectoryNotFoundException e)
        {
            Assert.Skip(e.Message);
            return;
        }

        var installed = await FluxCrds.InstallAsync(_controlPlane);

        installed.ToString().Should().Be(found.ToString());
        (await _controlPlane.Kubectl.RunAsync("api-resources", "--api-group=kustomize.toolkit.fluxcd.io", "-o", "name"))
            .Should().Contain("kustomizations.kustomize.toolkit.fluxcd.io", "{0} should define it", installed);
    }

    [Fact]
    public async Task A_watch_with_initial_events_sends_what_exists_then_a_bookmark_that_says_so()
    {
        await CreateNamespaceAsync("watched");
        await _controlPlane.Kubectl.ApplyAsync(ConfigMap("watched", "one", "level: low"));
        await _controlPlane.Kubectl.ApplyAsync(ConfigMap("watched", "two", "level: low"));

        var events = await RawWatch.ReadAsync(
            _controlPlane,
            "/api/v1/namespaces/watched/configmaps?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
            e => e.Type() == "BOOKMARK");

        events.Select(e => $"{e.Type()} {e.Name()}").Should().Equal("ADDED one", "ADDED two", "BOOKMARK ");
        ((string?)events[^1]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]).Should().Be("true");
    }

    [Fact]
    public async Task Another_user_may_do_only_what_RBAC_gives_to_the_user_or_the_groups()
    {
        await CreateNamespaceAsync("guarded");
        var alice = _controlPlane.KubectlFor("alice", "operators", "on-call");
        (await alice.RunAsync("auth", "whoami", "-o", "jsonpath={.status.userInfo.username} {.status.userInfo.groups}"))
            .Should().StartWith("alice ").And.Contain("operators").And.Contain("on-call");

        var list = () => alice.RunAsync("get", "configmaps", "--namespace=guarded");

        (await list.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("Forbidden").And.Contain("User \"alice\" cannot list resource \"configmaps\"");
        await _controlPlane.Kubectl.RunAsync("create", "role", "reader", "--namespace=guarded", "--verb=list", "--resource=configmaps");
        await _controlPlane.Kubectl.RunAsync("create", "rolebinding", "reader", "--namespace=guarded", "--role=reader", "--group=on-call");
        await Eventually.SucceedsAsync(list); // the authorizer learns of the binding by a watch
    }

    private static string ConfigMap(string ns, string name, string data) =>
        $$"""{apiVersion: v1, kind: ConfigMap, metadata: {name: {{name}}, namespace: {{ns}}}, data: {{(data == "{}" ? data : "{" + data + "}")}}}""";

    private static string Weir(int level) =>
        $$"""{apiVersion: test.example.com/v1, kind: Weir, metadata: {name: w, namespace: weirs}, spec: {level: {{level}} } }""";

    private Task<string> DataOf(string ns, string name) =>
        _controlPlane.Kubectl.RunAsync("get", "configmap", name, $"--namespace={ns}", "-o", "jsonpath={.data.level}");

    private Task<string> CreateNamespaceAsync(string name) => _controlPlane.Kubectl.RunAsync("create", "namespace", name);
}
