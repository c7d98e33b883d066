using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Certificates;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>While certificates come and go, and replicas too, no request is lost; without any replica, what is gated fails closed.</summary>
public sealed class WebhookRotationTests(WebhookCluster webhook) : IClassFixture<WebhookCluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = webhook.Cluster;

    private int _created;

    [Fact]
    public async Task No_creation_fails_and_none_is_born_unheld_while_the_certificate_nears_its_end_is_lost_is_spoilt_and_a_replica_ends_and_then_none_is_left()
    {
        var (ns, bound) = (await webhook.NewNamespaceAsync(), await webhook.NewNamespaceAsync());
        await webhook.BindAsync(bound, "selector: {kinds: [Kustomization]}");
        var first = await CertificateHandshakes.ServedBothAsync(webhook);
        var failures = new ConcurrentQueue<string>();
        using var enough = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(worker => CreateAsync(ns, bound, worker, failures, enough.Token)));
        // As if 246 days had passed since it was made.
        var old = IssuedCertificate.Make("127.0.0.1", TimeProvider.System.GetUtcNow().AddDays(-246));
        await WriteAsync(old.CertificatePem, old.KeyPem, old.AuthorityPem);
        var second = await CertificateHandshakes.ServedBothAsync(webhook, first);

        await _cluster.Kubectl.RunAsync("-n", "flux-system", "delete", "secret", "sluice-webhook-certificates");
        var third = await CertificateHandshakes.ServedBothAsync(webhook, second);

        await WriteAsync("rubbish", "rubbish", "");
        await CertificateHandshakes.ServedBothAsync(webhook, third);
        new[] { first, second, third }.Should().OnlyHaveUniqueItems();

        var bundle = Encoding.UTF8.GetString(Convert.FromBase64String((string)(await _cluster.GetAsync(WebhookCluster.Configuration, "", "sluice"))!["webhooks"]![0]!["clientConfig"]!["caBundle"]!));
        AuthorityBundle.Read(bundle).Should().HaveCount(4, "whatever may still be served is trusted for a day");

        // One replica ends, and the other goes on: what was asked of the one is answered, too.
        failures.Should().BeEmpty("no rotation loses any");
        var before = _created;
        await webhook.EndAsync(0);
        var after = _created;
        await Eventually.GivesAsync("creations go on with the other replica", () => Task.FromResult(_created), count => count > after + 20);
        await enough.CancelAsync();
        await load;
        failures.Should().BeEmpty("the end of a replica loses none");
        _created.Should().BeGreaterThan(100, "there was a load");
        TestContext.Current.SendDiagnosticMessage($"{before} creations through three rotations, {after - before} while a replica ended, {_created - after} after it");

        await webhook.EndAsync(1);
        var refusal = await TryCreateAsync(ns, "nobody-there", "gate");
        refusal.Should().Contain("gated-objects.gating.toolkit.fluxcd.io", "it fails closed, and says where");
        (await _cluster.GetAsync(Kustomization, ns, "nobody-there")).Should().BeNull();
        (await TryCreateAsync(bound, "nobody-there", null)).Should().Contain($"production.{bound}.gatebindings.gating.toolkit.fluxcd.io", "what a binding selects fails closed, too");
        (await TryCreateAsync(ns, "plain", null)).Should().BeNull("what is not gated does not depend on Sluice");
        (await _cluster.GetAsync(Kustomization, ns, "plain"))!.IsSuspended().Should().BeFalse();
    }

    private async Task CreateAsync(string ns, string bound, int worker, ConcurrentQueue<string> failures, CancellationToken enough)
    {
        var count = 0;
        while (!enough.IsCancellationRequested)
        {
            try
            {
                var (into, gates) = count % 2 == 0 ? (ns, "gate") : (bound, null);
                Interlocked.Increment(ref _created);
                var born = await webhook.CreateAsync(Kustomization, into, $"load-{worker}-{count++}", gates);
                if (!born.IsSuspended() || born.HeldBy() is null)
                {
                    failures.Enqueue($"born unheld: {born["metadata"]!["name"]}");
                }
            }
            catch (KubernetesApiException e)
            {
                failures.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {e.Message}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<string?> TryCreateAsync(string ns, string name, string? gates)
    {
        try
        {
            await webhook.CreateAsync(Kustomization, ns, name, gates);
            return null;
        }
        catch (KubernetesApiException e)
        {
            return e.Message;
        }
    }

    private Task WriteAsync(string certificate, string key, string authority)
    {
        var data = new JsonObject
        {
            ["tls.crt"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate)),
            ["tls.key"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
            ["ca.crt"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority)),
        };
        return _cluster.PatchAsync(WebhookCluster.Secret, "flux-system", "sluice-webhook-certificates", new JsonObject { ["data"] = data }.ToJsonString());
    }
}
