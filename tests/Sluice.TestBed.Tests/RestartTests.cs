using System.Text.Json.Nodes;

namespace Sluice.TestBed.Tests;

public sealed class RestartTests(RunningControlPlane running) : IClassFixture<RunningControlPlane>
{
    private readonly ControlPlane _controlPlane = running.ControlPlane;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_API_server_comes_back_with_its_data_and_the_same_kubeconfigs(bool killed)
    {
        var name = killed ? "killed" : "stopped";
        var bob = _controlPlane.KubectlFor("bob", "system:masters");
        await bob.RunAsync("create", "configmap", name);

        if (killed)
        {
            await _controlPlane.KillApiServerAsync();
        }
        else
        {
            await _controlPlane.StopApiServerAsync();
        }

        var get = () => bob.RunAsync("get", "configmap", name, "-o", "name");
        (await get.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("refused");
        await _controlPlane.StartApiServerAsync();
        (await get()).Trim().Should().Be($"configmap/{name}");
        (await _controlPlane.Kubectl.RunAsync("get", "configmap", name, "-o", "name")).Trim().Should().Be($"configmap/{name}");
    }

    [Fact]
    public async Task A_service_account_token_outlives_a_restart()
    {
        await _controlPlane.Kubectl.RunAsync("create", "serviceaccount", "robot");
        var token = (await _controlPlane.Kubectl.RunAsync("create", "token", "robot")).Trim();

        await _controlPlane.StopApiServerAsync();
        await _controlPlane.StartApiServerAsync();

        using var client = _controlPlane.CreateHttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await client.PostAsync(
            new Uri("/apis/authentication.k8s.io/v1/selfsubjectreviews", UriKind.Relative),
            new StringContent("""{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", null, "application/json"),
            TestContext.Current.CancellationToken);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Contain("system:serviceaccount:default:robot");
    }

    [Fact]
    public async Task Once_watches_have_expired_an_old_resource_version_is_gone()
    {
        using var client = _controlPlane.CreateHttpClient();
        var list = JsonNode.Parse(await client.GetStringAsync(new Uri("/api/v1/configmaps", UriKind.Relative), TestContext.Current.CancellationToken))!;
        var old = (string)list["metadata"]!["resourceVersion"]!;
        await _controlPlane.Kubectl.RunAsync("create", "namespace", "expiring");
        (await RawWatch.ReadAsync(_controlPlane, $"/api/v1/namespaces?resourceVersion={old}", _ => true))
            .Select(e => $"{e.Type()} {e.Name()}").Should().Equal(["ADDED expiring"], "before, the same watch is served");

        await _controlPlane.ExpireWatchesAsync();

        foreach (var path in new[] { "/api/v1/namespaces", "/api/v1/configmaps", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" })
        {
            var events = await RawWatch.ReadAsync(_controlPlane, $"{path}?resourceVersion={old}", _ => true);
            events.Should().ContainSingle(path).Which.Type().Should().Be("ERROR");
            ((int)events[0]["object"]!["code"]!).Should().Be(410);
            ((string)events[0]["object"]!["reason"]!).Should().Be("Expired");
        }
    }

    [Fact]
    public async Task Even_the_newest_resource_version_is_gone_once_watches_have_expired()
    {
        using var client = _controlPlane.CreateHttpClient();
        var list = JsonNode.Parse(await client.GetStringAsync(new Uri("/api/v1/namespaces", UriKind.Relative), TestContext.Current.CancellationToken))!;

        await _controlPlane.ExpireWatchesAsync();

        var events = await RawWatch.ReadAsync(_controlPlane, $"/api/v1/namespaces?resourceVersion={(string)list["metadata"]!["resourceVersion"]!}", _ => true);
        events.Should().ContainSingle().Which.Type().Should().Be("ERROR", "nothing was written in between, and still it must not go on");
    }
}
