using Sluice.Gating.Releases;

namespace Sluice.Gating.Tests.Releases;

/// <summary>Whether what is released is well where it is deployed.</summary>
public sealed class ReleaseHealthTests
{
    [Fact]
    public void What_nothing_deploys_is_not_healthy() => ReleaseHealth.Of("v1", []).Should().Match<ReleaseHealth>(health => health.IsHealthy == false && health.Reason == "NoConsumers");

    [Fact]
    public void It_is_healthy_when_everything_that_deploys_it_has_done_so_and_is_ready() =>
        ReleaseHealth.Of("v1", [Consumer(ConsumerState.Ready), Consumer(ConsumerState.Ready)]).IsHealthy.Should().BeTrue();

    [Theory]
    [InlineData(ConsumerState.Failed, true, "ConsumerFailed")]
    [InlineData(ConsumerState.Suspended, true, "ConsumerSuspended")]
    [InlineData(ConsumerState.Ready, false, "ConsumerProgressing")]
    [InlineData(ConsumerState.Progressing, false, "ConsumerProgressing")]
    public void One_that_has_failed_or_is_suspended_or_has_not_deployed_it_is_enough_to_say_no(ConsumerState state, bool hasApplied, string reason) =>
        ReleaseHealth.Of("v1", [Consumer(ConsumerState.Ready), Consumer(state, hasApplied)])
            .Should().Match<ReleaseHealth>(health => health.IsHealthy == false && health.Reason == reason);

    [Fact]
    public void That_Flux_looks_again_at_what_it_has_deployed_is_no_news() =>
        ReleaseHealth.Of("v1", [Consumer(ConsumerState.Ready), Consumer(ConsumerState.Progressing)]).IsHealthy.Should().BeNull();

    [Fact]
    public void A_message_names_a_few_and_counts_the_others() =>
        ReleaseHealth.Of("v1", [.. Enumerable.Range(0, 9).Select(at => new Consumer($"Kustomization/apps/{at}", ConsumerState.Failed, true))]).Message
            .Should().Be("each of Kustomization/apps/0, Kustomization/apps/1, Kustomization/apps/2, Kustomization/apps/3, Kustomization/apps/4 and 4 more is not ready");

    private static Consumer Consumer(ConsumerState state, bool hasApplied = true) => new("Kustomization/apps/app", state, hasApplied);
}
