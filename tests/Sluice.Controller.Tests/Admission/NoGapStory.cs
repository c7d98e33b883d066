using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Holds;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>
/// Objects that name a gate, and objects that a binding puts behind it, are created by the thousand and resumed in four ways, while Sluice is killed: a
/// watch sees none unsuspended before the gate is opened. By policies or by the webhook, it is the same.
/// </summary>
internal sealed class NoGapStory(Cluster cluster, string ns)
{
    private const int Count = 1000;
    private const int AtOnce = 16;

    // Each writer may meet the end of the replica once with the object that it creates, and once with the one that it resumes.
    private const int MostRetries = 2 * AtOnce;

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private volatile bool _isReplicaMissing;
    private int _retries;

    /// <summary>Tells it.</summary>
    /// <param name="kill">Ends a controller without warning.</param>
    /// <param name="restart">Starts it again.</param>
    public async Task RunAsync(Action kill, Func<Task> restart)
    {
        await BirthStory.BindAsync(cluster, ns, "selector: {matchLabels: {tier: prod}}");
        await using (var watch = await ResumeWatch.StartAsync(cluster, Kustomization, ns))
        {
            var killed = KillWhenAsync(() => watch.Objects.Count > Count / 3, kill);
            var refused = 0;
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
            await Parallel.ForAsync(0, Count, options, async (i, _) =>
            {
                await AnsweredAsync(() => ApplyAsync(i));
                if (!await ResumeAsync(i))
                {
                    Interlocked.Increment(ref refused);
                }
            });
            await killed;

            // The watch has seen all that was written before this.
            await AnsweredAsync(() => cluster.CreateGatedAsync(Kustomization, ns, "last", "gate"));
            await Eventually.GivesAsync("the watch has seen everything", () => Task.FromResult(watch.Objects.Count), seen => seen == Count + 1, TimeSpan.FromMinutes(2));
            watch.Resumed.Should().BeEmpty();
            refused.Should().Be(Count * 3 / 4, "the fourth way is an apply, which is corrected");

            await restart();
            _isReplicaMissing = false;
            await Eventually.GivesAsync("all are held by the gate", () => cluster.GetAsync(FluxResources.Gate, ns, "gate"),
                gate => (int?)gate!["status"]?["held"] == Count + 1, TimeSpan.FromMinutes(2));
            await AnsweredAsync(() => ApplyAsync(0));
            watch.Resumed.Should().BeEmpty();
            TestContext.Current.SendDiagnosticMessage($"{_retries} of {2 * Count} writes met the end of the replica that was asked");
        }

        await cluster.OpenAsync(ns, "gate");
        await Eventually.GivesAsync("all are released", () => cluster.Api.ListAsync(Kustomization, new() { Namespace = ns }, Parse),
            all => all.Items.Count == Count + 1 && all.Items.All(found => !found.IsSuspended() && found.HeldBy() is null), TimeSpan.FromMinutes(2));
    }

    /// <summary>
    /// As Flux and people do where the webhook fails closed, because the replica that was asked has just ended: again. At any other time, and more often than
    /// there were requests to be in hand then, that is a fault.
    /// </summary>
    private async Task AnsweredAsync(Func<Task> write)
    {
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (KubernetesApiException e) when (e.Message.Contains("failed calling webhook", StringComparison.Ordinal) && _isReplicaMissing)
            {
                Interlocked.Increment(ref _retries).Should().BeLessThanOrEqualTo(MostRetries, "the other replica answers: {0}", e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    private async Task KillWhenAsync(Func<bool> isTime, Action kill)
    {
        await Eventually.GivesAsync("a third of the objects exists", () => Task.FromResult(isTime()), isThere => isThere, TimeSpan.FromMinutes(2));
        _isReplicaMissing = true;
        kill();
    }

    /// <summary>As kustomize-controller does, from a manifest that even says that it is not suspended. Half of them name the gate.</summary>
    private Task ApplyAsync(int i) => cluster.Api.ApplyAsync(Kustomization, new(ns, $"app-{i}"), Encoding.UTF8.GetBytes(
        $$$"""
        {"apiVersion": "{{{Kustomization.ApiVersion}}}", "kind": "Kustomization",
         "metadata": {"namespace": "{{{ns}}}", "name": "app-{{{i}}}", {{{Gated(i)}}} },
         "spec": {"interval": "10m", "prune": true, "suspend": false, "sourceRef": {"kind": "GitRepository", "name": "app"} } }
        """), new("kustomize-controller") { Force = true }, ObjectDecoders.Ignore);

    private static string Gated(int i) => i / 4 % 2 == 0 ? "\"annotations\": {\"gating.toolkit.fluxcd.io/gates\": \"gate\"}" : "\"labels\": {\"tier\": \"prod\"}";

    /// <summary>One of four ways to resume; whether it was let through.</summary>
    private async Task<bool> ResumeAsync(int i)
    {
        try
        {
            await AnsweredAsync(() => (i % 4) switch
            {
                0 => ApplyAsync(i),
                1 => cluster.PatchAsync(Kustomization, ns, $"app-{i}", """{"spec": {"suspend": false} }""", "flux"),
                2 => cluster.PatchAsync(Kustomization, ns, $"app-{i}", """{"spec": {"suspend": null}, "metadata": {"annotations": {"gating.toolkit.fluxcd.io/held-by": null} } }""", "kubectl-edit"),
                _ => ReplaceAsync(i),
            });
            return true;
        }
        catch (KubernetesApiException e) when (e.Message.Contains("sluice-held-objects", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private async Task ReplaceAsync(int i)
    {
        while (true)
        {
            var found = (await cluster.GetAsync(Kustomization, ns, $"app-{i}"))!;
            found["spec"]!.AsObject().Remove("suspend");
            try
            {
                await cluster.Api.UpdateAsync(Kustomization, new(ns, $"app-{i}"), Encoding.UTF8.GetBytes(found.ToJsonString()), new() { FieldManager = "replacer" }, ObjectDecoders.Ignore);
                return;
            }
            catch (KubernetesApiException e) when (e.IsConflict)
            {
                // Sluice has written it meanwhile.
            }
        }
    }

    private static JsonNode Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!;
}
