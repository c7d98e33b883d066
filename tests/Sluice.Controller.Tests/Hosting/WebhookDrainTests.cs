using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Controller.Hosting;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Tests.Hosting;

/// <summary>A replica that stops refuses no request: API servers are told to close their connections before it does.</summary>
public sealed class WebhookDrainTests : IDisposable
{
    private const int Clients = 16;

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
    public async Task Connections_that_are_kept_open_get_an_answer_to_every_request_and_are_asked_to_close()
    {
        await using var endpoint = new WebhookEndpoint(
            ListenAddress.Parse("127.0.0.1:0"), new([]), () => new() { ServerCertificate = _certificate }, _metrics, NullLoggerFactory.Instance);
        await endpoint.StartAsync(TestContext.Current.CancellationToken);
        var answered = new CountdownEvent(Clients);
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => AskUntilToldToCloseAsync(endpoint.Bound!, answered))).ToList();
        answered.Wait(TestContext.Current.CancellationToken);

        endpoint.Drain();
        var answers = await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await endpoint.StopAsync(TestContext.Current.CancellationToken);
        answers.Should().AllSatisfy(told => told.Should().BeTrue("each was answered and told to close, and none found its connection closed"));
    }

    /// <summary>Asks again and again, as a busy API server; gives whether it was told to close rather than cut off.</summary>
    private async Task<bool> AskUntilToldToCloseAsync(IPEndPoint address, CountdownEvent answered)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address);
        await using var tls = new SslStream(connection.GetStream(), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "webhook", RemoteCertificateValidationCallback = (_, served, _, _) => served?.GetCertHashString() == _certificate.GetCertHashString() });
        var buffer = new byte[8192];
        for (var asked = 0; ; asked++)
        {
            await tls.WriteAsync(Request);
            var length = await tls.ReadAsync(buffer);
            if (length == 0)
            {
                return false;
            }

            if (asked == 0)
            {
                answered.Signal();
            }

            if (Encoding.ASCII.GetString(buffer, 0, length).Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
    }
}
