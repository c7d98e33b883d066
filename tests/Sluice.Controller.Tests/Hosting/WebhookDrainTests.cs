using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sluice.Controller.Hosting;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Tests.Hosting;

/// <summary>A replica that stops refuses no request: API servers are told to close their connections before it does.</summary>
public sealed class WebhookDrainTests : IDisposable
{
    private const int Clients = 16;
    private const int Rounds = 10;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes("POST /mutate HTTP/1.1\r\nHost: webhook\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");

    private readonly PrometheusExposition _exposition = new("Sluice.Tests." + Guid.NewGuid());
    private readonly SluiceMetrics _metrics;
    private readonly X509Certificate2 _certificate;

    public WebhookDrainTests()
    {
        _metrics = new(_exposition);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=webhook", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _exposition.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Connections_that_are_kept_busy_get_an_answer_to_every_request()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await using var endpoint = Endpoint(TimeProvider.System);
            await endpoint.StartAsync(TestContext.Current.CancellationToken);
            (await LostAsync(endpoint.Bound!, async () =>
            {
                await endpoint.DrainedAsync();
                await endpoint.StopAsync(TestContext.Current.CancellationToken);
            })).Should().Be(0);
        }
    }

    [Fact]
    public async Task Without_that_requests_are_lost()
    {
        var lost = 0;
        for (var round = 0; round < 100 * Rounds && lost == 0; round++)
        {
            await using var endpoint = Endpoint(TimeProvider.System);
            await endpoint.StartAsync(TestContext.Current.CancellationToken);
            lost = await LostAsync(endpoint.Bound!, () => endpoint.StopAsync(TestContext.Current.CancellationToken));
        }

        lost.Should().BePositive("a server that only stops closes connections under requests that are just arriving");
    }

    [Fact]
    public async Task A_connection_on_which_nobody_asks_keeps_it_from_ending_for_two_seconds()
    {
        var time = new FakeTimeProvider();
        var drain = new ConnectionDrain(time);
        var never = new TaskCompletionSource();
        var connection = drain.Count(_ => never.Task)(new DefaultConnectionContext());

        var ended = drain.EndAsync();
        time.Advance(ConnectionDrain.Longest - TimeSpan.FromMilliseconds(1));
        ended.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromMilliseconds(1));
        await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        never.SetResult();
        await connection;
    }

    [Fact]
    public async Task Once_the_last_connection_is_closed_it_waits_for_the_next_for_half_a_second_and_no_longer()
    {
        var time = new FakeTimeProvider();
        var drain = new ConnectionDrain(time);
        drain.Begin();
        time.Advance(TimeSpan.FromMilliseconds(400));
        await drain.Count(_ => Task.CompletedTask)(new DefaultConnectionContext());

        var ended = drain.EndAsync();
        time.Advance(ConnectionDrain.Quiet - TimeSpan.FromMilliseconds(1));
        ended.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromMilliseconds(1));
        await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Where_none_was_open_since_it_began_it_ends_at_once()
    {
        var time = new FakeTimeProvider();
        var drain = new ConnectionDrain(time);
        drain.Begin();
        time.Advance(ConnectionDrain.Quiet);
        drain.EndAsync().IsCompletedSuccessfully.Should().BeTrue();
        await drain.EndAsync();
    }

    [Fact]
    public async Task A_connection_that_comes_after_the_last_was_closed_is_answered_too()
    {
        // Its time stands still, so that it never has been quiet for long enough.
        var time = new FakeTimeProvider();
        await using var endpoint = Endpoint(time);
        await endpoint.StartAsync(TestContext.Current.CancellationToken);
        using var answered = new CountdownEvent(1);
        (await AskUntilToldToCloseAsync(endpoint.Bound!, answered, asks: 1)).Should().BeFalse("it has not begun");

        var drained = endpoint.DrainedAsync();
        drained.IsCompleted.Should().BeFalse();
        (await AskUntilToldToCloseAsync(endpoint.Bound!, answered)).Should().BeTrue();
        drained.IsCompleted.Should().BeFalse();
        time.Advance(ConnectionDrain.Longest);
        await drained.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private WebhookEndpoint Endpoint(TimeProvider time) =>
        new(ListenAddress.Parse("127.0.0.1:0"), new([]), () => new() { ServerCertificate = _certificate }, _metrics, time, NullLoggerFactory.Instance);

    [Fact]
    public async Task A_client_that_would_rather_speak_http_2_is_answered_by_http_1_in_which_each_request_can_be_told_that_it_was_the_last()
    {
        await using var endpoint = Endpoint(TimeProvider.System);
        await endpoint.StartAsync(TestContext.Current.CancellationToken);
        using var client = new TcpClient();
        await using var tls = await ConnectAsync(client, endpoint.Bound!, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
        tls.NegotiatedApplicationProtocol.Should().Be(SslApplicationProtocol.Http11);
    }

    /// <summary>How many requests of busy clients are not answered when a server stops.</summary>
    private async Task<int> LostAsync(IPEndPoint address, Func<Task> stop)
    {
        using var answered = new CountdownEvent(Clients);
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => AskUntilToldToCloseAsync(address, answered))).ToList();
        answered.Wait(TestContext.Current.CancellationToken);
        await stop().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return (await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Count(wasTold => !wasTold);
    }

    /// <summary>Asks again and again, as a busy API server; gives whether it was told to close rather than cut off.</summary>
    private async Task<bool> AskUntilToldToCloseAsync(IPEndPoint address, CountdownEvent answered, int asks = int.MaxValue)
    {
        using var client = new TcpClient();
        await using var tls = await ConnectAsync(client, address);
        var buffer = new byte[8192];
        for (var asked = 0; asked < asks; asked++)
        {
            int length;
            try
            {
                await tls.WriteAsync(Request);
                length = await tls.ReadAsync(buffer);
            }
            catch (IOException)
            {
                return false;
            }

            if (length == 0)
            {
                return false;
            }

            if (asked == 0 && !answered.IsSet)
            {
                answered.Signal();
            }

            if (Encoding.ASCII.GetString(buffer, 0, length).Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<SslStream> ConnectAsync(TcpClient client, IPEndPoint address, params SslApplicationProtocol[] offered)
    {
        await client.ConnectAsync(address);
        var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "webhook",
            ApplicationProtocols = [.. offered],
            RemoteCertificateValidationCallback = (_, served, _, _) => served?.GetCertHashString() == _certificate.GetCertHashString(),
        });
        return tls;
    }
}
