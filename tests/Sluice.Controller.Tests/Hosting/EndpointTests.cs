using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Controller.Hosting;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Tests.Hosting;

/// <summary>The two endpoints on real sockets, on ports that the system chooses.</summary>
public sealed class EndpointTests : IDisposable
{
    private static readonly ListenAddress FreePort = ListenAddress.Parse("127.0.0.1:0");

    private readonly HttpClient _http = new();
    private readonly PrometheusExposition _exposition = new("Sluice.Tests." + Guid.NewGuid());
    private readonly SluiceMetrics _metrics;
    private (bool, string) _readiness = (true, "");

    public EndpointTests() => _metrics = new SluiceMetrics(_exposition);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _metrics.Dispose();
        _exposition.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task Metrics_are_served_in_Prometheus_text_format()
    {
        _metrics.Transitioned("flux-system", "sre", "opened", "Requested");
        await using var endpoint = Metrics(FreePort);
        await endpoint.StartAsync(Cancellation);

        using var response = await _http.GetAsync(new Uri($"http://{endpoint.Bound}/metrics"), Cancellation);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().Should().Be("text/plain; version=0.0.4; charset=utf-8");
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        text.Should().Contain("""sluice_transitions_total{name="sre",namespace="flux-system",reason="Requested",to="opened"} 1""" + "\n");
    }

    [Fact]
    public async Task Many_series_arrive_whole()
    {
        for (var i = 0; i < 2000; i++)
        {
            _metrics.Reconciled("Kustomization", "apps", $"app-{i}", TimeSpan.FromMilliseconds(5));
        }

        await using var endpoint = Metrics(FreePort);
        await endpoint.StartAsync(Cancellation);

        var samples = PrometheusParser.Parse(await _http.GetStringAsync(new Uri($"http://{endpoint.Bound}/metrics"), Cancellation));

        samples["gotk_reconcile_duration_seconds"].Samples.Count(s => s.Name.EndsWith("_count", StringComparison.Ordinal)).Should().Be(2000);
    }

    [Fact]
    public async Task Healthz_answers_while_readyz_says_why_not()
    {
        await using var endpoint = Health(FreePort);
        await endpoint.StartAsync(Cancellation);

        _readiness = (false, "the cache of gates.gating.toolkit.fluxcd.io is not synced");
        (await GetAsync(endpoint.Bound!, "/healthz")).Should().Be((200, "ok\n"));
        (await GetAsync(endpoint.Bound!, "/readyz")).Should().Be((503, "not ready: the cache of gates.gating.toolkit.fluxcd.io is not synced\n"));

        _readiness = (true, "");
        (await GetAsync(endpoint.Bound!, "/readyz")).Should().Be((200, "ok\n"));
    }

    [Fact]
    public async Task Other_paths_and_other_methods_are_refused()
    {
        await using var health = Health(FreePort);
        await using var metrics = Metrics(FreePort);
        await health.StartAsync(Cancellation);
        await metrics.StartAsync(Cancellation);

        (await GetAsync(health.Bound!, "/metrics")).Status.Should().Be(404);
        (await GetAsync(metrics.Bound!, "/readyz")).Status.Should().Be(404);
        using var posted = await _http.PostAsync(new Uri($"http://{metrics.Bound}/metrics"), null, Cancellation);
        ((int)posted.StatusCode).Should().Be(405);
        posted.Content.Headers.Allow.Should().Contain("GET");
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri($"http://{health.Bound}/healthz"));
        using var headed = await _http.SendAsync(head, Cancellation);
        headed.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_without_a_host_answers_on_IPv4_loopback()
    {
        await using var endpoint = Health(ListenAddress.Parse(":0"));
        await endpoint.StartAsync(Cancellation);

        (await GetAsync(new IPEndPoint(IPAddress.Loopback, endpoint.Bound!.Port), "/healthz")).Should().Be((200, "ok\n"));
    }

    [Fact]
    public async Task An_endpoint_that_is_off_listens_nowhere()
    {
        await using var endpoint = Health(ListenAddress.Off);

        await endpoint.StartAsync(Cancellation);

        endpoint.Bound.Should().BeNull();
        await endpoint.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_taken_address_is_refused_with_the_flag_to_change()
    {
        await using var first = Health(FreePort);
        await first.StartAsync(Cancellation);
        await using var second = Metrics(ListenAddress.Parse($"127.0.0.1:{first.Bound!.Port}"));

        var refused = await FluentActions.Awaiting(() => second.StartAsync(Cancellation)).Should().ThrowAsync<IOException>();

        refused.Which.Message.Should().StartWith($"cannot listen on --metrics-addr=127.0.0.1:{first.Bound.Port}: ").And.Contain("address already in use");
    }

    [Fact]
    public async Task A_stopped_endpoint_refuses_connections()
    {
        await using var endpoint = Health(FreePort);
        await endpoint.StartAsync(Cancellation);
        var bound = endpoint.Bound!;
        await endpoint.StopAsync(Cancellation);

        using var client = new TcpClient();
        await FluentActions.Awaiting(() => client.ConnectAsync(bound, Cancellation).AsTask()).Should().ThrowAsync<SocketException>();
    }

    private MetricsEndpoint Metrics(ListenAddress address) => new(address, _exposition, NullLoggerFactory.Instance);

    private HealthEndpoint Health(ListenAddress address) => new(address, () => _readiness, NullLoggerFactory.Instance);

    private async Task<(int Status, string Text)> GetAsync(IPEndPoint at, string path)
    {
        using var response = await _http.GetAsync(new Uri($"http://{at}{path}"), Cancellation);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
