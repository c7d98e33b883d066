using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>What is released as the first without asking the gates: nothing is the first where there is a target, whatever the API server says at that moment.</summary>
public sealed class FirstReleaseTests(Cluster cluster) : IClassFixture<Cluster>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";

    [Theory]
    [InlineData("404 page not found\n")]
    [InlineData("""{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404, "message": "the server could not find the requested resource"}""")]
    [InlineData("""{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404, "message": "not found", "details": {"name": "app-gated", "kind": "gitrepositories"}}""")]
    public async Task A_target_that_an_API_server_does_not_find_for_a_moment_is_there_all_the_same(string answer)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s"]);
        var source = await PlayedSource.StartAsync(cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.UntilTargetAsync("is there", _ => true);
        await cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gatedsource", "app");
        await source.FetchAsync(B, "sha256:02");

        // Its watch has the target.
        proxy.NotFound = request => IsOfTarget(request) ? answer : null;
        // Changed, so that it has to be read again.
        await source.FetchAsync(A, "sha256:01", "app-gated");
        proxy.Forget();
        await source.GateAsync(", initial: release");
        await Eventually.GivesAsync("the target is asked for", () => Task.FromResult(proxy.Requests.Count(IsOfTarget)), count => count > 1);
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();

        proxy.NotFound = _ => null;
        await source.UntilWaitingAsync(B);
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull("there was a release before");

        bool IsOfTarget(string request) => request.StartsWith("GET", StringComparison.Ordinal) && request.Contains($"/namespaces/{source.Namespace}/gitrepositories/app-gated", StringComparison.Ordinal);
    }
}
