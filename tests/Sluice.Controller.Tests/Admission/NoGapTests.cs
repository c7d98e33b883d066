namespace Sluice.Controller.Tests.Admission;

/// <summary>Holding leaves no gap: not at birth, not when somebody resumes, not while Sluice is down, not under load.</summary>
public sealed class NoGapTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    [Fact]
    public async Task Of_1000_creations_and_1000_attempts_to_resume_a_watcher_sees_none_unsuspended_also_while_Sluice_is_killed_and_all_are_released_when_the_gate_opens()
    {
        var ns = await guarded.Cluster.NewNamespaceAsync();
        await guarded.Cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        await new NoGapStory(guarded.Cluster, ns).RunAsync(() => guarded.Controller!.Process.Kill(), guarded.StartControllerAsync);
    }
}
