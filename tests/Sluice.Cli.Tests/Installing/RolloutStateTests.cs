using System.Text.Json.Nodes;
using Sluice.Cli.Installing;

namespace Sluice.Cli.Tests.Installing;

public sealed class RolloutStateTests
{
    [Theory]
    [InlineData("""{"updatedReplicas": 2, "replicas": 2, "availableReplicas": 2, "observedGeneration": 4}""", true, false, "2 of 2 replicas are of this version, 2 are available")]
    [InlineData("""{"updatedReplicas": 2, "replicas": 2, "availableReplicas": 1, "observedGeneration": 4}""", false, false, "2 of 2 replicas are of this version, 1 is available")]
    // The replicas of the version before are still there.
    [InlineData("""{"updatedReplicas": 2, "replicas": 3, "availableReplicas": 3, "observedGeneration": 4}""", false, false, "2 of 2 replicas are of this version, 3 are available")]
    // What the status says is of the generation before.
    [InlineData("""{"updatedReplicas": 2, "replicas": 2, "availableReplicas": 2, "observedGeneration": 3}""", false, false, "the cluster's deployment controller has not looked at it yet")]
    [InlineData("{}", false, false, "the cluster's deployment controller has not looked at it yet")]
    [InlineData(
        """{"observedGeneration": 4, "conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "insufficient quota to match these scopes"}]}""",
        false, false, "0 of 2 replicas are of this version, 0 are available; condition ReplicaFailure is True (FailedCreate): insufficient quota to match these scopes")]
    [InlineData(
        """{"observedGeneration": 4, "updatedReplicas": 2, "replicas": 2, "conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out."}]}""",
        false, true, "2 of 2 replicas are of this version, 0 are available; condition Progressing is False (ProgressDeadlineExceeded): timed out")]
    public void A_rollout_is_done_when_every_replica_is_of_this_version_and_available(string status, bool done, bool failed, string text) =>
        RolloutState.Of(JsonNode.Parse($$"""{"metadata": {"generation": 4}, "spec": {"replicas": 2}, "status": {{status}} }""")!.AsObject()).Should().Be(new RolloutState(done, failed, text));

    [Fact]
    public void A_Deployment_that_is_gone_is_not_waited_for() => RolloutState.Of(null).HasFailed.Should().BeTrue();
}
