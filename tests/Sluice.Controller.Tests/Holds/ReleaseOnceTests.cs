using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Holds;

/// <summary>One reconciliation for one token: each kind's end of an attempt, and what a token must not do.</summary>
public sealed class ReleaseOnceTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private const string ReleaseOnce = "gating.toolkit.fluxcd.io/release-once";
    private const string ReleasedOnce = "gating.toolkit.fluxcd.io/released-once";

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task A_token_that_was_handled_does_nothing_when_it_is_taken_away_and_set_again()
    {
        var ns = await NewHeldAsync("app");
        await LetPassAsync(ns, "app", "token");

        await using var resumed = await ResumeWatch.StartAsync(_cluster, Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", ReleaseOnce, null);
        await _cluster.AnnotateAsync(Kustomization, ns, "app", ReleaseOnce, "token");
        // The controller has looked at the object since when it has put this word back.
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/held-by", null);
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        resumed.Seen.Should().BeFalse("each token lets the object pass once");
    }

    [Theory]
    [InlineData("True", "Unknown", "Progressing", false, "an attempt goes on while Ready is unknown")]
    [InlineData("True", "False", "Progressing", false, "an attempt goes on while Reconciling says so")]
    [InlineData("True", "False", "ProgressingWithRetry", true, "waiting for a retry is the end of an attempt")]
    [InlineData(null, "False", "HealthCheckFailed", true, "a failed attempt is an attempt")]
    [InlineData(null, "True", "ReconciliationSucceeded", true, "a good one is, too")]
    public async Task The_object_is_held_again_when_Flux_has_ended_an_attempt_well_or_badly_and_not_before(string? reconciling, string ready, string reason, bool isOver, string because)
    {
        var ns = await NewHeldAsync("app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", ReleaseOnce, "token");
        var passing = await _cluster.UntilAsync(Kustomization, ns, "app", "is let go", found => !found.IsSuspended());
        passing.HeldBy().Should().BeNull("it is not held now");
        passing.Approved("status").Should().Be("False", "its gates have not opened");
        await _cluster.ReportAsync(ns, "app", (long)passing["metadata"]!["generation"]!, reconciling, ready, reason);
        // The report left Sluice's condition out, and Sluice writes it again when it has looked at the object and done what there was to do.
        var looked = await _cluster.UntilAsync(Kustomization, ns, "app", "says again whether it is approved", found => found.Approved("status") is not null);
        looked.IsSuspended().Should().Be(isOver, because);
    }

    [Fact]
    public async Task A_gate_that_opens_while_the_object_passes_ends_the_one_shot()
    {
        var ns = await NewHeldAsync("app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", ReleaseOnce, "token");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is let go", found => !found.IsSuspended());
        await _cluster.OpenAsync(ns, "gate");
        var released = await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        released.Annotation("gating.toolkit.fluxcd.io/releasing-once").Should().BeNull();
        await _cluster.CloseAsync(ns, "gate");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).Annotation(ReleasedOnce).Should().Be("token");
    }

    [Fact]
    public async Task A_token_does_not_resume_what_a_person_suspended()
    {
        var ns = await NewHeldAsync("app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/keep-suspended", "migration");
        await using var resumed = await ResumeWatch.StartAsync(_cluster, Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", ReleaseOnce, "token");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/held-by", null);
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        resumed.Seen.Should().BeFalse();
    }

    private async Task<string> NewHeldAsync(string name)
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await _cluster.CreateGatedAsync(Kustomization, ns, name, "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, name);
        return ns;
    }

    private async Task LetPassAsync(string ns, string name, string token)
    {
        await _cluster.AnnotateAsync(Kustomization, ns, name, ReleaseOnce, token);
        var passing = await _cluster.UntilAsync(Kustomization, ns, name, "is let go", found => !found.IsSuspended());
        await _cluster.ReportAsync(ns, name, (long)passing["metadata"]!["generation"]!, null, "True", "ReconciliationSucceeded");
        await _cluster.UntilAsync(Kustomization, ns, name, "is held again", found => found.IsSuspended() && found.Annotation(ReleasedOnce) == token);
    }
}
