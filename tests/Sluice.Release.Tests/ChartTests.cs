using System.Text.Json.Nodes;
using Sluice.TestBed;

namespace Sluice.Release.Tests;

/// <summary>The Helm chart, beside config/default, which is the one that says what is installed.</summary>
public sealed class ChartTests(ChartCluster cluster) : IClassFixture<ChartCluster>
{
    [Fact]
    public async Task The_templates_that_are_written_from_config_are_what_config_is_now() =>
        await Script.RunAsync(RepositoryRoot.Combine("dev", "chart"), "check");

    [Fact]
    public async Task It_has_no_fault_that_helm_knows() =>
        await cluster.HelmAsync("lint", "--strict", cluster.Chart);

    [Fact]
    public async Task With_its_default_values_it_is_config_default_but_for_labels()
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync("mutatingPolicies=never"));
        var config = await cluster.ObjectsAsync(await cluster.KustomizeAsync("default"));

        // What is kept when the release is uninstalled.
        chart.Values.Where(IsCrd).Should().NotBeEmpty().And.AllSatisfy(crd => crd["metadata"]!["annotations"]!.AsObject().Remove("helm.sh/resource-policy").Should().BeTrue());
        Same(chart, config);
    }

    [Fact]
    public async Task With_its_mutating_policies_it_is_config_default_mutating()
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync("mutatingPolicies=always", "crds.install=false"));
        var config = await cluster.ObjectsAsync(await cluster.KustomizeAsync("default-mutating"));

        foreach (var (name, _) in config.Where(each => IsCrd(each.Value)).ToList())
        {
            config.Remove(name);
        }

        Same(chart, config);
    }

    [Fact]
    public async Task Left_to_itself_it_has_the_mutating_policies_where_the_API_server_has_the_kind()
    {
        var always = await cluster.RenderAsync("mutatingPolicies=always");
        (await cluster.HelmAsync("template", "sluice", cluster.Chart, "--namespace=flux-system", "--api-versions=admissionregistration.k8s.io/v1/MutatingAdmissionPolicy"))
            .Should().Be(always).And.Contain("kind: MutatingAdmissionPolicy\n");
    }

    [Fact]
    public async Task Values_become_what_they_say()
    {
        var chart = await cluster.ObjectsAsync(await cluster.RenderAsync(
            "image.repository=registry.example.com/sluice", "image.digest=sha256:" + new string('a', 64), "imagePullSecrets[0].name=pull", "image.pullPolicy=Always",
            "replicas=1", "resources.limits.memory=1Gi", "eventsAddr=", "watchLabelSelector=sharding.fluxcd.io/key=shard1", "noCrossNamespaceRefs=true",
            "extraArgs={--log-level=debug,--concurrent=8}", "mutatingPolicies=never", "priorityClassName=", "networkPolicy.enabled=false",
            "nodeSelector.disk=fast", "tolerations[0].key=infra", "tolerations[0].operator=Exists"));

        chart.Should().NotContainKeys("PodDisruptionBudget/sluice-controller", "NetworkPolicy/sluice-controller");
        var pod = chart["Deployment/sluice-controller"]["spec"]!["template"]!["spec"]!;
        Arguments(chart).Select(argument => (string)argument!).Should().Equal(
            "--enable-leader-election", "--watch-label-selector=sharding.fluxcd.io/key=shard1", "--no-cross-namespace-refs", "--log-level=debug", "--concurrent=8");
        ((int)chart["Deployment/sluice-controller"]["spec"]!["replicas"]!).Should().Be(1);
        ((string?)pod["containers"]![0]!["image"]).Should().Be("registry.example.com/sluice@sha256:" + new string('a', 64));
        ((string?)pod["containers"]![0]!["imagePullPolicy"]).Should().Be("Always");
        pod["containers"]![0]!["resources"]!.ToJsonString().Should().Be("""{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"50m","memory":"96Mi"}}""");
        pod["imagePullSecrets"]!.ToJsonString().Should().Be("""[{"name":"pull"}]""");
        pod["nodeSelector"]!.ToJsonString().Should().Be("""{"disk":"fast"}""");
        pod["tolerations"]!.ToJsonString().Should().Be("""[{"key":"infra","operator":"Exists"}]""");
        pod["priorityClassName"].Should().BeNull();
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

    private static bool IsCrd(JsonNode made) => (string?)made["kind"] == "CustomResourceDefinition";

    private static JsonArray Arguments(IReadOnlyDictionary<string, JsonNode> objects) =>
        objects["Deployment/sluice-controller"]["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray();
}
