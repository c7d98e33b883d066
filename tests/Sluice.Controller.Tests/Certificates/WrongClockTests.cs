using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Controller.Hosting;
using Sluice.Controller.Metrics;
using Sluice.Controller.Tests.Admission;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Certificates;

/// <summary>The webhook in this process, so that its clock can be wrong, with a real API server.</summary>
public sealed class WrongClockTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task Replicas_whose_clocks_are_years_ahead_and_behind_agree_on_one_certificate_that_an_API_server_finds_valid()
    {
        await CreateConfigurationAsync("");
        var ns = await cluster.NewNamespaceAsync();
        await using var ahead = await Replica.StartAsync(cluster, ns, new ShiftedClock(TimeSpan.FromDays(1200)));
        await using var behind = await Replica.StartAsync(cluster, ns, new ShiftedClock(TimeSpan.FromDays(-1200)));
        await using var right = await Replica.StartAsync(cluster, ns, TimeProvider.System);
        await UntilReadyAsync(ahead, behind, right);
        var versions = await VersionsAsync(ns);

        // What could set one of them going: a change of what they watch.
        await cluster.PatchAsync(WebhookCluster.Configuration, "", "sluice", """{"metadata": {"labels": {"a": "b"} } }""");
        await cluster.PatchAsync(WebhookCluster.Secret, ns, "sluice-webhook-certificates", """{"metadata": {"labels": {"a": "b"} } }""");
        var touched = await VersionsAsync(ns);
        touched.Should().NotBe(versions);
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        (await VersionsAsync(ns)).Should().Be(touched, "nobody replaces what the others find good");

        var shown = await Task.WhenAll(new[] { ahead, behind, right }.Select(replica => CertificateHandshakes.ServedAsync(replica.Port)));
        shown.Distinct().Should().ContainSingle().Which.Should().NotBeNull();
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(shown[0]!);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        certificate.NotBefore.ToUniversalTime().Should().BeCloseTo(now.AddDays(-1), TimeSpan.FromHours(1));
        certificate.NotAfter.ToUniversalTime().Should().BeCloseTo(now.AddDays(365), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Where_cert_manager_injects_the_Secret_and_the_bundle_are_read_and_never_written()
    {
        await CreateConfigurationAsync("flux-system/sluice-webhook");
        var ns = await cluster.NewNamespaceAsync();
        await using var replica = await Replica.StartAsync(cluster, ns, TimeProvider.System);
        await Eventually.GivesAsync("it waits for cert-manager", () => Task.FromResult(replica.Program.NotReady), why => why?.Contains("there is no Secret", StringComparison.Ordinal) == true);
        (await cluster.GetAsync(WebhookCluster.Secret, ns, "sluice-webhook-certificates")).Should().BeNull();

        // Near its end: cert-manager's matter.
        var issued = Controller.Certificates.IssuedCertificate.Make("127.0.0.1", TimeProvider.System.GetUtcNow().AddDays(-360));
        await cluster.Api.CreateAsync(
            WebhookCluster.Secret, ns, Controller.Certificates.CertificateSecret.Write(ns, issued, null), Kubernetes.ObjectDecoders.Ignore, cancellation: TestContext.Current.CancellationToken);
        await Eventually.GivesAsync("it serves what cert-manager made", () => CertificateHandshakes.ServedAsync(replica.Port), shown => shown == issued.CertificatePem);
        replica.Program.NotReady.Should().Contain("caBundle", "nobody has injected the authority yet");
        var bundle = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(issued.AuthorityPem));
        var versions = await VersionsAsync(ns);
        await cluster.PatchAsync(WebhookCluster.Configuration, "", "sluice", $$"""{"webhooks": [{{Webhook(bundle)}}]}""");
        await UntilReadyAsync(replica);
        (await cluster.GetAsync(WebhookCluster.Configuration, "", "sluice"))!["metadata"]!["managedFields"]!.AsArray().Should().NotContain(entry => (string?)entry!["manager"] == "sluice");
        (await VersionsAsync(ns)).Secret.Should().Be(versions.Secret);
    }

    private static Task UntilReadyAsync(params Replica[] replicas) => Eventually.GivesAsync(
        "the replicas are ready", () => Task.FromResult(string.Join("; ", replicas.Select(replica => replica.Program.NotReady).OfType<string>())), why => why.Length == 0);

    private static string Webhook(string bundle) => $$"""
        {"name": "probe.gating.toolkit.fluxcd.io", "clientConfig": {"url": "https://127.0.0.1:1/mutate", "caBundle": "{{bundle}}"}, "admissionReviewVersions": ["v1"],
         "sideEffects": "None", "rules": [{"apiGroups": ["none.example.org"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["nothings"]}]}
        """;

    private async Task CreateConfigurationAsync(string certManager)
    {
        await cluster.Kubectl.RunAsync("delete", "mutatingwebhookconfiguration", "sluice", "--ignore-not-found");
        var annotations = certManager.Length == 0 ? "{}" : $$"""{"cert-manager.io/inject-ca-from": "{{certManager}}"}""";
        await cluster.Kubectl.RunAsync(["create", "-f", "-"], $$"""
            {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "metadata": {"name": "sluice", "annotations": {{annotations}} }, "webhooks": [{{Webhook("")}}]}
            """);
    }

    private async Task<(string? Secret, string? Configuration)> VersionsAsync(string ns) =>
        (Version(await cluster.GetAsync(WebhookCluster.Secret, ns, "sluice-webhook-certificates")), Version(await cluster.GetAsync(WebhookCluster.Configuration, "", "sluice")));

    private static string? Version(JsonNode? found) => (string?)found?["metadata"]!["resourceVersion"];

    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }

    private sealed class Replica : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly PrometheusExposition _exposition = new("Sluice.Tests." + Guid.NewGuid());
        private readonly SluiceMetrics _metrics;
        private Task _running = Task.CompletedTask;

        private Replica(Cluster cluster, string ns, TimeProvider time)
        {
            _metrics = new(_exposition);
            var options = new ControllerOptions { Namespace = ns, WebhookAddress = ListenAddress.Parse("127.0.0.1:0"), WebhookHost = "127.0.0.1" };
            Program = new(cluster.Api, options, null, new(), _metrics, time, NullLoggerFactory.Instance);
        }

        public WebhookProgram Program { get; }

        public int Port => Program.Bound!.Port;

        public static async Task<Replica> StartAsync(Cluster cluster, string ns, TimeProvider time)
        {
            var replica = new Replica(cluster, ns, time);
            await replica.Program.StartAsync(TestContext.Current.CancellationToken);
            replica._running = Task.Run(() => replica.Program.RunAsync(replica._stop.Token), CancellationToken.None);
            return replica;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Program.DisposeAsync();
            _metrics.Dispose();
            _exposition.Dispose();
            _stop.Dispose();
        }
    }
}
