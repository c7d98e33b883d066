using System.Text.Json.Nodes;
using Sluice.TestBed;

namespace Sluice.Release.Tests;

/// <summary>The Helm chart, beside the folders of config, which say what is installed.</summary>
public sealed class ChartTests(ChartCluster cluster) : IClassFixture<ChartCluster>
{
    [Fact]
    public async Task The_templates_that_are_written_from_config_are_what_config_is_now() =>
        await Script.RunAsync(RepositoryRoot.Combine("dev", "chart"), "check");

    [Fact]
    public async Task It_has_no_fault_that_helm_knows() =>
        await cluster.HelmAsync("lint", "--strict", cluster.Chart);

    [Fact]
    public async Task Without_either_way_of_admission_it_is_config_default_but_for_labels()
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync("admission=none"));
        var config = await cluster.ObjectsAsync(await cluster.KustomizeAsync("default"));

        // What is kept when the release is uninstalled.
        chart.Values.Where(IsCrd).Should().NotBeEmpty().And.AllSatisfy(crd => crd["metadata"]!["annotations"]!.AsObject().Remove("helm.sh/resource-policy").Should().BeTrue());
        Same(chart, config);
    }

    [Theory]
    [InlineData("policies", "default-mutating", "MutatingAdmissionPolicy/sluice-born-held")]
    [InlineData("webhook", "webhook", "MutatingWebhookConfiguration/sluice")]
    public async Task With_a_way_of_admission_it_is_the_folder_that_has_it(string admission, string folder, string with)
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync($"admission={admission}", "crds.install=false"));
        chart.Should().ContainKey(with);
        Same(chart, await ConfigAsync(folder));
    }

    [Fact]
    public async Task Left_to_itself_it_has_the_policies_where_the_API_server_has_the_kind_and_else_the_webhook()
    {
        var policies = await cluster.RenderAsync("admission=policies");
        (await cluster.HelmAsync("template", "sluice", cluster.Chart, "--namespace=flux-system", "--api-versions=admissionregistration.k8s.io/v1/MutatingAdmissionPolicy"))
            .Should().Be(policies).And.Contain("kind: MutatingAdmissionPolicy\n").And.NotContain("MutatingWebhookConfiguration");
        var webhook = await cluster.RenderAsync("admission=webhook");
        (await cluster.RenderAsync()).Should().Be(webhook).And.Contain("kind: MutatingWebhookConfiguration\n").And.NotContain("kind: MutatingAdmissionPolicy\n");
    }

    [Fact]
    public async Task In_another_namespace_everything_is_there()
    {
        var rendered = await cluster.HelmAsync("template", "sluice", cluster.Chart, "--namespace=gitops", "--set=admission=webhook", "--set=crds.install=false", "--set=eventsAddr=");
        rendered.Should().NotContain("flux-system").And.Contain("namespace: gitops").And.MatchRegex(@"service:\n +name: sluice-webhook\n +namespace: gitops\n");
    }

    /// <summary>The same name is in the program's own <c>LeaseNameTests</c>.</summary>
    [Fact]
    public async Task A_shard_has_a_right_to_the_Lease_that_is_its_own()
    {
        const string Selector = "sharding.fluxcd.io/key=shard1";
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync("admission=none", "crds.install=false", $"watchLabelSelector={Selector}"));
        var config = await ConfigAsync("default");
        config["Role/sluice-controller-leader-election"]["rules"]![1]!["resourceNames"]![0] = "sluice-controller-leader-election-73fdc1be";
        Arguments(config).Add((JsonNode)$"--watch-label-selector={Selector}");
        Same(chart, config);
    }

    [Fact]
    public async Task Where_some_namespaces_are_watched_the_rights_in_namespaces_are_given_in_these_and_the_Lease_is_their_own()
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync("admission=none", "crds.install=false", "watchNamespaces={default}"));
        var config = await ConfigAsync("default");
        var binding = config["ClusterRoleBinding/sluice-controller"].DeepClone();
        config.Remove("ClusterRoleBinding/sluice-controller");
        binding["kind"] = "RoleBinding";
        binding["metadata"]!["namespace"] = "default";
        config["RoleBinding/sluice-controller"] = binding;
        config["Role/sluice-controller-leader-election"]["rules"]![1]!["resourceNames"]![0] = "sluice-controller-leader-election-c1d8b4d0";
        Arguments(config).Add((JsonNode)"--watch-namespaces=default");
        Same(chart, config);

        var two = await cluster.RenderAsync("admission=none", "crds.install=false", "watchNamespaces={team-b,team-a}");
        two.Should().Contain("--watch-namespaces=team-b,team-a").And.Contain("namespace: team-a\n").And.Contain("namespace: team-b\n");
    }

    [Fact]
    public async Task Values_become_what_they_say()
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync(
            "image.repository=registry.example.com/sluice", "image.digest=sha256:" + new string('a', 64), "imagePullSecrets[0].name=pull", "image.pullPolicy=Always",
            "replicas=1", "resources.limits.memory=1Gi", "eventsAddr=", "watchLabelSelector=sharding.fluxcd.io/key=shard1", "noCrossNamespaceRefs=true",
            "extraArgs={--log-level=debug,--concurrent=8}", "admission=none", "priorityClassName=", "networkPolicy.enabled=false",
            "nodeSelector.disk=fast", "tolerations[0].key=infra", "tolerations[0].operator=Exists"));

        chart.Should().NotContainKeys("PodDisruptionBudget/sluice-controller", "NetworkPolicy/sluice-controller");
        var pod = chart["Deployment/sluice-controller"]["spec"]!["template"]!["spec"]!;
        Arguments(chart).Select(argument => (string)argument!).Should().Equal(
            "--enable-leader-election", "--trust-requested-by", "--watch-label-selector=sharding.fluxcd.io/key=shard1", "--no-cross-namespace-refs", "--log-level=debug", "--concurrent=8");
        ((int)chart["Deployment/sluice-controller"]["spec"]!["replicas"]!).Should().Be(1);
        ((string?)pod["containers"]![0]!["image"]).Should().Be("registry.example.com/sluice@sha256:" + new string('a', 64));
        ((string?)pod["containers"]![0]!["imagePullPolicy"]).Should().Be("Always");
        pod["containers"]![0]!["resources"]!.ToJsonString().Should().Be("""{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"50m","memory":"96Mi"}}""");
        pod["imagePullSecrets"]!.ToJsonString().Should().Be("""[{"name":"pull"}]""");
        pod["nodeSelector"]!.ToJsonString().Should().Be("""{"disk":"fast"}""");
        pod["tolerations"]!.ToJsonString().Should().Be("""[{"key":"infra","operator":"Exists"}]""");
        pod["priorityClassName"].Should().BeNull();
    }

    [Theory]
    [InlineData(2, "RollingUpdate")]
    [InlineData(1, "Recreate")]
    public async Task The_audit_log_is_on_the_claim_that_is_named_and_its_group_may_write_there(int replicas, string strategy)
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync("auditLog.claimName=sluice-audit", "admission=none", $"replicas={replicas}"));
        var deployment = chart["Deployment/sluice-controller"]["spec"]!;
        ((string?)deployment["strategy"]!["type"]).Should().Be(strategy, "a volume of one node cannot be mounted by the old pod and the new one");
        var pod = deployment["template"]!["spec"]!;
        Arguments(chart).Select(argument => (string)argument!).Should().Contain("--audit-log=/audit/audit.jsonl");
        pod["volumes"]!.ToJsonString().Should().Be("""[{"name":"audit","persistentVolumeClaim":{"claimName":"sluice-audit"}}]""");
        pod["containers"]![0]!["volumeMounts"]!.ToJsonString().Should().Be("""[{"mountPath":"/audit","name":"audit"}]""");
        ((int)pod["securityContext"]!["fsGroup"]!).Should().Be(65532);
    }

    [Fact]
    public async Task A_value_that_does_not_exist_is_an_error_that_names_it()
    {
        var render = () => cluster.RenderAsync("replica=3");
        (await render.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*additional properties 'replica' not allowed*");
    }

    [Fact]
    public async Task Every_value_is_in_its_reference()
    {
        var values = await File.ReadAllLinesAsync(Path.Combine(cluster.Chart, "values.yaml"), TestContext.Current.CancellationToken);
        var reference = await File.ReadAllTextAsync(RepositoryRoot.Combine("docs", "reference", "chart.md"), TestContext.Current.CancellationToken);
        values.Where(line => line.Length > 0 && char.IsAsciiLetter(line[0])).Select(line => line.Split(':')[0]).Should().HaveCountGreaterThan(10)
            .And.AllSatisfy(value => reference.Should().MatchRegex($@"\| `{value}[`.]"));
    }

    private static void Same(IReadOnlyDictionary<string, JsonNode> chart, IReadOnlyDictionary<string, JsonNode> config)
    {
        chart.Keys.Should().BeEquivalentTo(config.Keys);
        foreach (var (name, expected) in config)
        {
            chart[name].ToJsonString().Should().Be(expected.ToJsonString(), "{0} must be in both what it is in one", name);
        }
    }

    private async Task<Dictionary<string, JsonNode>> ConfigAsync(string folder)
    {
        var config = await cluster.ObjectsAsync(await cluster.KustomizeAsync(folder));
        return config.Where(each => !IsCrd(each.Value)).ToDictionary();
    }

    private static bool IsCrd(JsonNode made) => (string?)made["kind"] == "CustomResourceDefinition";

    private static JsonArray Arguments(IReadOnlyDictionary<string, JsonNode> objects) =>
        objects["Deployment/sluice-controller"]["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray();
}
