using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Cli.Commands;
using Sluice.Cli.Installing;
using Sluice.Cli.Manifests;
using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Installing;

/// <summary>The manifests are those of <c>config/</c>, whichever way they are installed.</summary>
public sealed partial class ExportTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new("/there/is/none");

    [Theory]
    [InlineData("default", "install --export")]
    [InlineData("default", "install --export --admission none")]
    [InlineData("default-mutating", "install --export --admission policies")]
    [InlineData("webhook", "install --export --admission webhook")]
    public async Task What_is_exported_is_what_kubectl_makes_of_the_folder(string folder, string command)
    {
        var exported = Read((await _sluice.RunAsync(command)).Succeeded().Output);
        var expected = Read(await cluster.ControlPlane.Kubectl.RunAsync("kustomize", RepositoryRoot.Combine("config", folder)));
        exported.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, json) in expected)
            Text(exported[name]).Should().Be(Text(json), "{0} is what kubectl has", name);
    }

    [Fact]
    public void The_definitions_come_first_and_the_program_last_but_for_what_it_has_to_answer()
    {
        var objects = InstallSet.Build(AdmissionWay.Webhook);
        objects[0].Resource.Kind.Should().Be("CustomResourceDefinition");
        objects[^2].ToString().Should().Be("Deployment flux-system/sluice-controller");
        objects[^1].ToString().Should().Be("MutatingWebhookConfiguration sluice");
        objects.Should().OnlyContain(item => (string?)item.Json["metadata"]!["labels"]!["app.kubernetes.io/part-of"] == "sluice");
    }

    [Fact]
    public void The_image_is_of_the_version_of_this_program_and_names_no_registry() =>
        InstallSet.Image(InstallSet.Build(AdmissionWay.None)).Should().Be($"sluice-controller:v{VersionCommand.Version.Split('+', '-')[0]}");

    [Fact]
    public void Whatever_way_it_was_installed_all_of_it_is_known_and_what_one_way_has_beside_another_goes_before_that_on_which_it_stands()
    {
        var everything = InstallSet.Everything("flux-system").Select(item => item.ToString()).ToList();
        foreach (var way in Enum.GetValues<AdmissionWay>())
            everything.Should().Contain(InstallSet.Build(way).Select(item => item.ToString()));
        everything.Should().OnlyHaveUniqueItems();

        var webhook = InstallSet.Others(InstallSet.Build(AdmissionWay.Policies), "flux-system").Select(item => item.ToString()).ToList();
        webhook[0].Should().Be("MutatingWebhookConfiguration sluice");
        webhook[^1].Should().Be("Secret flux-system/sluice-webhook-certificates", "while it had the right, the controller would make it anew");
        webhook.Should().Contain("Service flux-system/sluice-webhook").And.Contain("ClusterRole sluice-controller-webhook").And.NotContain(name => name.Contains("AdmissionPolicy sluice-gate"));
        InstallSet.Others(InstallSet.Build(AdmissionWay.Webhook), "flux-system").Should().HaveCountGreaterThan(5).And.OnlyContain(item => item.Resource.Kind.StartsWith("MutatingAdmissionPolicy"));
    }

    [Theory]
    [InlineData("policies")]
    [InlineData("webhook")]
    public async Task An_image_and_a_namespace_of_ones_own_are_everywhere_that_they_belong(string admission)
    {
        var exported = Read((await _sluice.RunAsync($"install --export --admission {admission} --image registry.example.org/sluice@sha256:1 -n gitops")).Succeeded().Output);
        exported.Keys.Where(name => name.Contains('/', StringComparison.Ordinal)).Should().NotBeEmpty().And.OnlyContain(name => name.Contains(" gitops/"));
        foreach (var (name, json) in exported.Where(item => !item.Key.StartsWith("CustomResourceDefinition", StringComparison.Ordinal)))
            json.ToJsonString().Should().NotContain("flux-system", "{0} is moved", name);
        var pod = exported["Deployment gitops/sluice-controller"]["spec"]!["template"]!["spec"]!;
        ((string)pod["containers"]![0]!["image"]!).Should().Be("registry.example.org/sluice@sha256:1");
        pod.ToJsonString().Should().Contain("--events-addr=http://notification-controller.gitops.svc.cluster.local./");
        exported.Values.SelectMany(json => json["subjects"] as JsonArray ?? []).Select(subject => (string?)subject!["namespace"]).Should().OnlyContain(name => name == "gitops");
    }

    [Fact]
    public void The_pod_is_confined()
    {
        var pod = InstallSet.Build(AdmissionWay.None)[^1].Json["spec"]!["template"]!["spec"]!;
        JsonNode.DeepEquals(pod["securityContext"], JsonNode.Parse("""{"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"} }""")).Should().BeTrue();
        JsonNode.DeepEquals(
            pod["containers"]!.AsArray().Single()!["securityContext"],
            JsonNode.Parse("""{"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]} }""")).Should().BeTrue();
        foreach (var forbidden in new[] { "hostNetwork", "hostPID", "hostIPC", "volumes" })
            pod[forbidden].Should().BeNull("a controller needs none");
    }

    /// <summary>Names in order; and kubectl doubles the line breaks before more indented lines of a folded text, which CEL does not mind.</summary>
    private static string Text(JsonNode json) => DoubledBreaks().Replace(Ordered(json)!.ToJsonString(), @"\n");

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject properties => new JsonObject(properties.OrderBy(property => property.Key, StringComparer.Ordinal).Select(property => KeyValuePair.Create(property.Key, Ordered(property.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Ordered)]),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex(@"(\\n)+", RegexOptions.CultureInvariant)]
    private static partial Regex DoubledBreaks();

    private static Dictionary<string, JsonObject> Read(string yaml)
    {
        using var text = new StringReader(yaml);
        return YamlDocuments.Read(text, "text").ToDictionary(json => $"{json["kind"]} {(json["metadata"]!["namespace"] is { } inNamespace ? $"{inNamespace}/" : "")}{json["metadata"]!["name"]}");
    }
}
