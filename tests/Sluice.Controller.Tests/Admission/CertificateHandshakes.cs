using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What a replica shows to those who connect.</summary>
internal static class CertificateHandshakes
{
    /// <summary>The certificate that is served on a port, as PEM; null when nothing is.</summary>
    public static async Task<string?> ServedAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
#pragma warning disable CA5359 // It is looked at, not trusted.
            await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1" }, TestContext.Current.CancellationToken);
            return new X509Certificate2(tls.RemoteCertificate!).ExportCertificatePem();
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            return null;
        }
    }

    /// <summary>The certificate that the Secret holds, as PEM; null when it holds none.</summary>
    public static async Task<string?> StoredAsync(WebhookCluster webhook)
    {
        var secret = await webhook.Cluster.GetAsync(WebhookCluster.Secret, "flux-system", "sluice-webhook-certificates");
        return (string?)secret?["data"]?["tls.crt"] is { } encoded ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Trim() : null;
    }

    /// <summary>Waits until both replicas serve what the Secret holds, and that is another certificate than <paramref name="before"/>.</summary>
    public static Task<string?> ServedBothAsync(WebhookCluster webhook, string? before = null) => Eventually.GivesAsync(
        "both replicas serve the certificate of the Secret",
        async () => await StoredAsync(webhook) is { } stored && stored != before && await ServedAsync(webhook.Ports[0]) == stored && await ServedAsync(webhook.Ports[1]) == stored ? stored : null,
        served => served is not null, TimeSpan.FromSeconds(90));
}
