using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Holds;

/// <summary>Which fields Sluice owns while it holds an object, and what becomes of them and of everybody else's.</summary>
public sealed class OwnershipTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private const string HeldBy = "gating.toolkit.fluxcd.io/held-by";

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task A_hold_owns_the_suspension_and_two_annotations_by_server_side_apply_and_a_release_leaves_no_owner_behind()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        var held = await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        var owned = Applied(held)!["fieldsV1"]!;
        owned.AsObject().Select(field => field.Key).Should().BeEquivalentTo("f:metadata", "f:spec");
        owned["f:metadata"]!["f:annotations"]!.AsObject().Select(field => field.Key).Where(field => field != ".").Should().BeEquivalentTo($"f:{HeldBy}", "f:gating.toolkit.fluxcd.io/held-since");
        owned["f:spec"]!.AsObject().Select(field => field.Key).Should().Equal("f:suspend");

        await _cluster.OpenAsync(ns, "gate");
        var released = await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        Applied(released)?["fieldsV1"]?.ToJsonString().Should().BeNull("what is released is nobody's of Sluice any more");
    }

    [Fact]
    public async Task Labels_annotations_and_spec_of_others_are_the_same_before_during_and_after_a_hold()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "");
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"metadata": {"labels": {"team": "a"}, "annotations": {"example.org/note": "mine"}}, "spec": {"dependsOn": [{"name": "infra"}]}}""");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/gates", "gate");
        var held = await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.OpenAsync(ns, "gate");
        var released = await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        foreach (var found in new[] { held, released })
        {
            ((string?)found["metadata"]!["labels"]!["team"]).Should().Be("a");
            found.Annotation("example.org/note").Should().Be("mine");
            ((string?)found["spec"]!["dependsOn"]![0]!["name"]).Should().Be("infra");
            found["spec"]!.AsObject().Select(field => field.Key).Where(field => field != "suspend").Should().BeEquivalentTo("interval", "prune", "sourceRef", "dependsOn", "force");
        }
    }

    [Fact]
    public async Task A_resume_that_removes_the_field_as_flux_resume_does_is_undone_and_told()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        var since = (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).Annotation("gating.toolkit.fluxcd.io/held-since");
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"suspend": null}}""", "flux");
        var again = await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        again.Annotation("gating.toolkit.fluxcd.io/held-since").Should().Be(since, "the hold has not ended in between");
        await Eventually.GivesAsync("an Event warns that somebody lifted the hold and says what to do", () => EventsAsync(ns), text =>
            text.Contains("HoldReasserted Somebody lifted the hold", StringComparison.Ordinal) && text.Contains("gating.toolkit.fluxcd.io/release-once", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_had_suspended_it_before_the_hold_and_resumes_it_meanwhile_has_taken_that_back()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "");
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"suspend": true}}""", "flux");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/gates", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"suspend": null}}""", "flux");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is held by Sluice alone", found => found.IsSuspended() && found.SuspendOwners().SequenceEqual(["sluice"]));
        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).IsSuspended().Should().BeFalse("nobody wants it suspended any more");
    }

    [Fact]
    public async Task Its_own_word_on_the_object_is_put_back_when_somebody_removes_or_changes_it()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        foreach (var value in new[] { null, "nobody" })
        {
            await _cluster.AnnotateAsync(Kustomization, ns, "app", HeldBy, value);
            await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        }

        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task A_copy_of_a_held_object_that_somebody_else_owns_is_a_suspension_of_theirs_and_says_no_longer_that_Sluice_holds_it()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        var copy = (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).DeepClone();
        copy["metadata"] = new JsonObject { ["name"] = "copy", ["namespace"] = ns, ["annotations"] = copy["metadata"]!["annotations"]!.DeepClone() };
        copy.AsObject().Remove("status");
        await _cluster.Api.CreateAsync(
            Kustomization, ns, System.Text.Encoding.UTF8.GetBytes(copy.ToJsonString()), ObjectDecoders.Ignore, new() { FieldManager = "velero-server" }, TestContext.Current.CancellationToken);
        await _cluster.UntilHeldAsync(Kustomization, ns, "copy");

        await _cluster.OpenAsync(ns, "gate");
        var released = await _cluster.UntilReleasedAsync(Kustomization, ns, "copy");
        released.SuspendOwners().Should().Equal(["velero-server"], "a suspension that another manager owns is never resumed");
        released.Annotation("gating.toolkit.fluxcd.io/held-since").Should().BeNull();
        await _cluster.UntilAsync(FluxResources.Gate, ns, "gate", "holds nothing", gate => (int?)gate["status"]?["held"] == 0);
    }

    [Fact]
    public async Task What_its_author_suspends_at_its_creation_while_the_gate_is_closed_stays_suspended()
    {
        var ns = await NewAsync();
        await _cluster.Kubectl.ApplyAsync($$$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: app, namespace: {{{ns}}}, annotations: {gating.toolkit.fluxcd.io/gates: gate}}
            spec: {interval: 10m, prune: true, path: ./, suspend: true, sourceRef: {kind: GitRepository, name: app}}
            """);
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).SuspendOwners().Should().Equal("kubectl");
    }

    [Fact]
    public async Task A_token_for_one_reconciliation_that_comes_while_somebody_else_has_it_suspended_is_used_up_and_says_so()
    {
        var ns = await NewAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: app, namespace: {{ns}}}
            spec: {suspend: true}
            """, "flux");
        await RefusedAsync("first", "field manager 'flux' has suspended it, too");

        await _cluster.Kubectl.RunAsync("-n", ns, "annotate", "kustomization", "app", "gating.toolkit.fluxcd.io/keep-suspended=migration");
        await RefusedAsync("second", "it is to be kept suspended (migration)");

        async Task RefusedAsync(string token, string why)
        {
            await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/release-once", token);
            var refused = await _cluster.UntilAsync(Kustomization, ns, "app", "has used it up", found => found.Annotation("gating.toolkit.fluxcd.io/released-once") == token);
            (refused.IsSuspended(), refused.HeldBy() is not null, refused.Annotation("gating.toolkit.fluxcd.io/releasing-once")).Should().Be((true, true, null));
            await Eventually.GivesAsync("it is said", () => EventsAsync(ns), events => events.Contains($"Warning ReleaseOnceRefused Token '{token}' asked for one reconciliation, and is used up without one: {why}", StringComparison.Ordinal));
        }
    }

    private async Task<string> NewAsync()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        return ns;
    }

    private Task<string> EventsAsync(string ns) =>
        _cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", """jsonpath={range .items[*]}{.type} {.reason} {.message}{"\n"}{end}""");

    /// <summary>What Sluice owns by server-side apply of the object itself.</summary>
    private static JsonNode? Applied(JsonNode gated) => ((JsonArray)gated["metadata"]!["managedFields"]!).SingleOrDefault(
        entry => (string?)entry!["manager"] == "sluice" && (string?)entry["operation"] == "Apply" && (string?)entry["subresource"] is null);
}
