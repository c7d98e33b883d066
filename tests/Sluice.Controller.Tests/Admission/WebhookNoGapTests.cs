namespace Sluice.Controller.Tests.Admission;

/// <summary>Nor does the webhook leave a gap, below Kubernetes 1.36.</summary>
public sealed class WebhookNoGapTests(WebhookCluster webhook) : IClassFixture<WebhookCluster>
{
    [Fact]
    public async Task Of_1000_creations_and_1000_attempts_to_resume_a_watcher_sees_none_unsuspended_also_while_the_leader_is_killed_and_all_are_released_when_the_gate_opens()
    {
        var ns = await webhook.NewNamespaceAsync();
        await new NoGapStory(webhook.Cluster, ns).RunAsync(
            () => webhook.Controllers[0].Process.Kill(),
            async () =>
            {
                await webhook.Controllers[0].DisposeAsync();
                webhook.Controllers[0] = await webhook.StartControllerAsync(webhook.Ports[0]);
            });
    }
}
