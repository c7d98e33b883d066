using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>What a CRD of Flux fills into a target by default, and the spec that was released does not have.</summary>
public sealed class TargetDefaultTests(Cluster cluster) : IClassFixture<Cluster>
{
    private const string A = "main@sha1:aa";

    [Fact]
    public async Task A_default_that_the_released_spec_does_not_have_is_written_against_once_and_nobody_is_said_to_have_changed_anything()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s"]);
        var source = await PlayedSource.StartAsync(cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.UntilTargetAsync("is there", _ => true);
        proxy.Forget();

        // As it was released before the CRD had the default.
        var specs = (await source.GatedAsync())!["status"]!["specs"]!.DeepClone();
        var spec = JsonNode.Parse((string)specs[0]!["spec"]!)!.AsObject();
        spec.Remove("timeout").Should().BeTrue("the CRD has a default for it");
        specs[0]!["spec"] = spec.ToJsonString();
        await cluster.PatchAsync(GatedApp.GatedSource, source.Namespace, "app", new JsonObject { ["status"] = new JsonObject { ["specs"] = specs } }.ToJsonString(), "sluice", "status");
        await Eventually.GivesAsync("the target is written", () => Task.FromResult(proxy.Answers.Count(answer => IsOfTarget(answer.Request))), count => count > 0);

        // A version of the target more: source-controller has fetched.
        await source.FetchAsync(A, "sha256:01", "app-gated");
        await source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True");
        await source.LookedAtAgainAsync();
        proxy.Requests.Count(IsOfTarget).Should().Be(1);
        (await cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "events", "-o", "jsonpath={.items[*].reason}")).Should().NotContain("TargetRestored");

        // Somebody who does change it is told of.
        await cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", """{"spec": {"timeout": "5m"} }""");
        await source.UntilTargetAsync("is set back", target => (string?)target["spec"]!["timeout"] == "60s");
        await source.UntilEventAsync("TargetRestored");

        bool IsOfTarget(string request) => request.StartsWith("PUT", StringComparison.Ordinal) && request.Contains($"/namespaces/{source.Namespace}/gitrepositories/app-gated?", StringComparison.Ordinal);
    }
}
