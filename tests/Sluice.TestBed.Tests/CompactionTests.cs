using System.Net;
using System.Text.Json.Nodes;

namespace Sluice.TestBed.Tests;

public sealed class CompactionTests : IAsyncLifetime
{
    private ControlPlane _controlPlane = null!;

    public async ValueTask InitializeAsync() => _controlPlane = await ControlPlane.StartAsync(new ControlPlaneOptions { WatchCache = false });

    public ValueTask DisposeAsync() => _controlPlane.DisposeAsync();

    [Fact]
    public async Task Without_a_watch_cache_a_compaction_alone_makes_old_resource_versions_and_list_pages_answer_410()
    {
        using var client = _controlPlane.CreateHttpClient();
        var page = JsonNode.Parse(await client.GetStringAsync(new Uri("/api/v1/namespaces?limit=1", UriKind.Relative), TestContext.Current.CancellationToken))!;
        var old = (string)page["metadata"]!["resourceVersion"]!;

        var oldest = await _controlPlane.CompactAsync();

        var events = await RawWatch.ReadAsync(_controlPlane, $"/api/v1/namespaces?resourceVersion={old}", _ => true);
        events.Should().ContainSingle().Which.Type().Should().Be("ERROR");
        ((int)events[0]["object"]!["code"]!).Should().Be(410);

        var next = Uri.EscapeDataString((string)page["metadata"]!["continue"]!);
        using var answer = await client.GetAsync(new Uri($"/api/v1/namespaces?limit=1&continue={next}", UriKind.Relative), TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.Gone);

        await _controlPlane.Kubectl.RunAsync("create", "namespace", "later");
        (await RawWatch.ReadAsync(_controlPlane, $"/api/v1/namespaces?resourceVersion={oldest}", _ => true))
            .Select(e => $"{e.Type()} {e.Name()}").Should().Equal(["ADDED later"], "the resource version that the compaction kept is served");
    }
}
