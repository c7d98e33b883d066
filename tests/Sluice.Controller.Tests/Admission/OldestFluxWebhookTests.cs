using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What the webhook does to what Flux 2.3 cannot suspend.</summary>
public sealed class OldestFluxWebhookTests : IAsyncLifetime
{
    private readonly WebhookCluster _webhook = new() { Cluster = OldestFlux.NewCluster(), Kinds = OldestFlux.All.Where(resource => resource.Kind != "ImagePolicy") };

    public ValueTask InitializeAsync() => _webhook.InitializeAsync();

    public ValueTask DisposeAsync() => _webhook.DisposeAsync();

    [Fact]
    public async Task An_ImagePolicy_that_cannot_be_held_does_not_stay_called_held_whoever_writes_it()
    {
        var imagePolicy = OldestFlux.All.Single(resource => resource.Kind == "ImagePolicy");
        var ns = await _webhook.NewNamespaceAsync();
        await _webhook.CreateAsync(imagePolicy, ns, "app", "gate");
        await UntilUnheldAsync("after its birth");

        await _webhook.ApplyAsync(imagePolicy, ns, "app", "gate");
        await _webhook.Cluster.AnnotateAsync(imagePolicy, ns, "app", "by", "somebody");
        var unheld = await UntilUnheldAsync("after others wrote it");
        var gitRepository = OldestFlux.All.Single(resource => resource.Kind == "GitRepository");
        await _webhook.CreateAsync(gitRepository, ns, "other", "gate");
        await _webhook.Cluster.UntilHeldAsync(gitRepository, ns, "other");
        ((string?)(await _webhook.Cluster.GetAsync(imagePolicy, ns, "app"))!["metadata"]!["resourceVersion"]).Should().Be((string?)unheld["metadata"]!["resourceVersion"], "nothing goes on writing it");

        Task<JsonNode> UntilUnheldAsync(string when) => _webhook.Cluster.UntilAsync(
            imagePolicy, ns, "app", $"says that it cannot be held {when}", found => found.Approved("reason") == "CannotHold" && found.HeldBy() is null);
    }
}
