using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Holds;

/// <summary>Holding and releasing each kind, and what happens when people and Git do something about it meanwhile.</summary>
public sealed class HoldTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private const string KeepSuspended = "gating.toolkit.fluxcd.io/keep-suspended";
    private const string ReleaseOnce = "gating.toolkit.fluxcd.io/release-once";
    private const string Gates = "gating.toolkit.fluxcd.io/gates";

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = sluice.Cluster;

    public static TheoryData<string> Kinds => [.. FluxResources.All.Select(resource => resource.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_is_held_by_annotation_and_released_without_a_trace_but_its_condition(string kind)
    {
        var resource = FluxResources.All.Single(one => one.Kind == kind);
        var ns = await NewAsync("closed", "{}");
        await _cluster.CreateGatedAsync(resource, ns, "app", "closed");

        var held = await _cluster.UntilHeldAsync(resource, ns, "app");
        held.SuspendOwners().Should().Equal(["sluice"], "nobody else set the field");
        held.HeldBy().Should().Be($"{ns}/closed (GateClosed)");
        held.Approved("message").Should().Be($"Reconciliation is waiting approval, gate '{ns}/closed' is closed.");
        held.Annotation("gating.toolkit.fluxcd.io/held-since").Should().NotBeNull();

        await _cluster.OpenAsync(ns, "closed");
        var released = await _cluster.UntilReleasedAsync(resource, ns, "app");
        released["spec"]!["suspend"].Should().BeNull("the field is given up, not set to false");
        released["metadata"]!["annotations"]!.AsObject().Select(annotation => annotation.Key).Should().Equal(Gates);
        released.Approved("reason").Should().Be("GateOpened");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_is_held_by_spec_gates_where_its_CRD_has_the_field(string kind)
    {
        var resource = FluxResources.All.Single(one => one.Kind == kind);
        var ns = await NewAsync("closed", "{}");
        var spec = JsonNode.Parse(GatedSamples.Spec(kind))!;
        spec["gates"] = new JsonArray(new JsonObject { ["name"] = "closed" });
        var body = new JsonObject { ["apiVersion"] = resource.ApiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = "app", ["namespace"] = ns }, ["spec"] = spec };
        await _cluster.Api.CreateAsync(resource, ns, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), ObjectDecoders.Ignore, cancellation: Cancellation);

        await _cluster.UntilHeldAsync(resource, ns, "app");
        await _cluster.OpenAsync(ns, "closed");
        (await _cluster.UntilReleasedAsync(resource, ns, "app"))["spec"]!["suspend"].Should().BeNull();
    }

    [Fact]
    public async Task A_HelmRepository_of_a_registry_is_not_said_to_be_held_for_Flux_does_nothing_with_it()
    {
        var repository = FluxResources.All.Single(one => one.Kind == "HelmRepository");
        var ns = await NewAsync("closed", "{}");
        await _cluster.Api.CreateAsync(
            repository, ns,
            System.Text.Encoding.UTF8.GetBytes($$$"""{"apiVersion": "{{{repository.ApiVersion}}}", "kind": "HelmRepository", "metadata": {"name": "charts", "namespace": "{{{ns}}}", "annotations": {"gating.toolkit.fluxcd.io/gates": "closed"}}, "spec": {"type": "oci", "url": "oci://registry.example.org/charts"}}"""),
            ObjectDecoders.Ignore, cancellation: Cancellation);
        var charts = await _cluster.UntilAsync(repository, ns, "charts", "says that it cannot be held", found => found.Approved("reason") == "CannotHold");
        charts.Approved("message").Should().Contain($"gate '{ns}/closed' is closed").And.Contain("NOT HELD: ").And.Contain("Put the gates before those, or before the HelmReleases");
        charts.IsSuspended().Should().BeTrue("it must not be let go by a change of its spec");
        await _cluster.PatchAsync(repository, ns, "charts", """{"spec": {"suspend": false}}""");
        await TellsAsync("HoldReasserted", "lifted the hold, and it is put back");
        await using var resumed = await ResumeWatch.StartAsync(_cluster, repository, ns, "charts");
        await _cluster.AnnotateAsync(repository, ns, "charts", ReleaseOnce, "token");
        await _cluster.UntilAsync(repository, ns, "charts", "has used the token up", found => found.Annotation("gating.toolkit.fluxcd.io/released-once") == "token");
        await TellsAsync("ReleaseOnceRefused", "is used up without one: Flux does nothing with a HelmRepository of spec.type 'oci'");
        await _cluster.PatchAsync(repository, ns, "charts", """{"spec": {"type": "default", "url": "https://charts.example.org"}}""");
        await _cluster.UntilHeldAsync(repository, ns, "charts");
        await _cluster.PatchAsync(repository, ns, "charts", """{"spec": {"type": "oci", "url": "oci://registry.example.org/charts"}}""");
        await _cluster.UntilAsync(repository, ns, "charts", "says so again", found => found.Approved("reason") == "CannotHold");
        resumed.Seen.Should().BeFalse();
        await _cluster.OpenAsync(ns, "closed");
        await _cluster.UntilReleasedAsync(repository, ns, "charts");

        Task TellsAsync(string reason, string text) => Eventually.GivesAsync(
            $"an Event {reason} tells it", () => _cluster.Kubectl.RunAsync("-n", ns, "get", "events", "--field-selector", $"reason={reason}", "-o", "jsonpath={.items[*].message}"), told => told.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Conditions_of_Flux_are_left_as_they_are_when_Approved_is_written()
    {
        var ns = await NewAsync("closed", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "closed");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.Kubectl.RunAsync(
            "-n", ns, "patch", "kustomization", "app", "--subresource=status", "--type=json", "-p",
            """[{"op": "add", "path": "/status/conditions/0", "value": {"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "message": "Applied revision: main", "lastTransitionTime": "2026-03-26T10:00:00Z", "observedGeneration": 1}}]""");
        await _cluster.CloseAsync(ns, "closed");

        var held = await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        held.Condition("Ready", "message").Should().Be("Applied revision: main");
        held.Condition("Ready", "lastTransitionTime").Should().Be("2026-03-26T10:00:00Z");
        ((JsonArray)held["metadata"]!["managedFields"]!).Should().NotContain(
            entry => (string?)entry!["operation"] == "Apply" && entry["fieldsV1"]!["f:status"] != null, "a condition list of Flux is never written with server-side apply");
    }

    [Theory]
    [InlineData("closes")]
    [InlineData("is gone")]
    public async Task What_is_being_deleted_is_not_held_any_more_so_that_Flux_takes_away_what_it_has_deployed(string gate)
    {
        var ns = await NewAsync("opened", """{"default": "opened", "window": "1h"}""");
        foreach (var name in new[] { "going", "staying" })
        {
            await _cluster.CreateGatedAsync(Kustomization, ns, name, "opened");
            await _cluster.UntilReleasedAsync(Kustomization, ns, name);
        }

        // As Flux's own finalizer, which stays until what was deployed is taken away.
        await _cluster.PatchAsync(Kustomization, ns, "going", """{"metadata": {"finalizers": ["finalizers.fluxcd.io"]}}""");
        await _cluster.Kubectl.RunAsync("-n", ns, "delete", "kustomization/going", "--wait=false");
        await (gate == "closes" ? _cluster.CloseAsync(ns, "opened") : _cluster.Kubectl.RunAsync("-n", ns, "delete", "gate/opened"));
        await _cluster.UntilHeldAsync(Kustomization, ns, "staying", gate == "closes" ? "GateClosed" : "GateNotFound");
        await _cluster.CreateGatedAsync(Kustomization, ns, "later", "opened");
        await _cluster.UntilHeldAsync(Kustomization, ns, "later", gate == "closes" ? "GateClosed" : "GateNotFound");
        var going = (await _cluster.GetAsync(Kustomization, ns, "going"))!;
        going.IsSuspended().Should().BeFalse();
        going.HeldBy().Should().BeNull();
        await _cluster.PatchAsync(Kustomization, ns, "going", """{"metadata": {"finalizers": null}}""");
    }

    [Fact]
    public async Task What_a_person_had_suspended_before_the_hold_stays_suspended_after_it()
    {
        var ns = await NewAsync("closed", "{}");
        await CreateUngatedAsync(ns, "app");
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"suspend": true}}""", "flux");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", Gates, "closed");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).SuspendOwners().Should().BeEquivalentTo(["flux", "sluice"]);

        await _cluster.OpenAsync(ns, "closed");
        var released = await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        released.IsSuspended().Should().BeTrue("a person suspended it, and Sluice never resumes that");
        released.SuspendOwners().Should().Equal("flux");
    }

    [Fact]
    public async Task Suspending_during_the_hold_makes_nobody_an_owner_so_that_only_keep_suspended_keeps_it()
    {
        var ns = await NewAsync("closed", "{}");
        foreach (var name in new[] { "bare", "kept", "operator" })
        {
            await _cluster.CreateGatedAsync(Kustomization, ns, name, "closed");
            await _cluster.UntilHeldAsync(Kustomization, ns, name);
            await _cluster.PatchAsync(Kustomization, ns, name, """{"spec": {"suspend": true}}""", "flux");
            (await _cluster.GetAsync(Kustomization, ns, name))!.SuspendOwners().Should().Equal(["sluice"], "the patch changes nothing, so it makes no owner");
        }

        await _cluster.AnnotateAsync(Kustomization, ns, "kept", KeepSuspended, "database migration");
        await _cluster.AnnotateAsync(Kustomization, ns, "operator", "fluxcd.controlplane.io/suspendedBy", "jane");
        await _cluster.OpenAsync(ns, "closed");

        (await _cluster.UntilReleasedAsync(Kustomization, ns, "bare")).IsSuspended().Should().BeFalse("nothing tells this patch from none");
        foreach (var name in new[] { "kept", "operator" })
        {
            (await _cluster.UntilReleasedAsync(Kustomization, ns, name)).IsSuspended().Should().BeTrue($"'{name}' says that a person wants it so");
        }

        await _cluster.AnnotateAsync(Kustomization, ns, "kept", KeepSuspended, null);
        await _cluster.UntilAsync(Kustomization, ns, "kept", "is let go when the word is taken back", found => !found.IsSuspended());
    }

    [Fact]
    public async Task Git_that_forces_suspend_false_ten_times_meets_the_hold_ten_times_and_is_told()
    {
        var ns = await NewAsync("closed", "{}");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "closed");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        for (var i = 0; i < 10; i++)
        {
            await ApplySuspendAsync(ns, "app", "false");
            await _cluster.UntilAsync(Kustomization, ns, "app", $"is held again the {i + 1}th time", found => found.IsSuspended() && found.SuspendOwners().SequenceEqual(["sluice"]));
        }

        var events = await Eventually.GivesAsync(
            "an Event tells that field manager 'kustomize-controller' lifted the hold",
            () => _cluster.Kubectl.RunAsync("-n", ns, "get", "events", "--field-selector", "reason=HoldReasserted", "-o", "jsonpath={.items[*].type}{.items[*].message}"),
            text => text.Contains("Field manager 'kustomize-controller' lifted the hold", StringComparison.Ordinal));
        events.Should().StartWith("Warning");

        await _cluster.OpenAsync(ns, "closed");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task What_Git_suspends_stays_suspended_when_the_gate_opens()
    {
        var ns = await NewAsync("closed", "{}");
        await CreateUngatedAsync(ns, "app");
        await ApplySuspendAsync(ns, "app", "true");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", Gates, "closed");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.OpenAsync(ns, "closed");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).SuspendOwners().Should().Equal("kustomize-controller");
    }

    [Fact]
    public async Task An_object_whose_gate_is_deleted_stays_held_until_it_comes_back_and_opens()
    {
        var ns = await NewAsync("gate", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.Api.DeleteAsync(FluxResources.Gate, new(ns, "gate"), cancellation: Cancellation);
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app", "GateNotFound")).Approved("message").Should().Be($"Reconciliation is waiting approval, gate '{ns}/gate' does not exist.");
        await _cluster.CreateGateAsync(ns, "gate", """{"default": "opened"}""");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task An_object_follows_the_gates_that_it_names_now()
    {
        var ns = await NewAsync("closed", "{}");
        await _cluster.CreateGateAsync(ns, "opened", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "closed");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", Gates, "opened");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", Gates, "closed");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", Gates, null);
        await _cluster.UntilAsync(Kustomization, ns, "app", "is released, and no condition is left, when it names no gate", found => !found.IsSuspended() && found.Approved("status") is null);
    }

    [Fact]
    public async Task Two_gates_release_only_when_both_are_opened_in_every_order()
    {
        foreach (var (first, second) in new[] { ("one", "two"), ("two", "one") })
        {
            var ns = await NewAsync("one", "{}");
            await _cluster.CreateGateAsync(ns, "two", "{}");
            await _cluster.CreateGatedAsync(Kustomization, ns, "app", "one,two");
            await _cluster.UntilHeldAsync(Kustomization, ns, "app");
            await _cluster.OpenAsync(ns, first);
            await _cluster.UntilAsync(Kustomization, ns, "app", $"is held by '{second}' alone", found => found.IsSuspended() && found.HeldBy() == $"{ns}/{second} (GateClosed)");
            await _cluster.OpenAsync(ns, second);
            await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
            await _cluster.CloseAsync(ns, first);
            await _cluster.UntilHeldAsync(Kustomization, ns, "app");
            await _cluster.CloseAsync(ns, second);
            await _cluster.UntilAsync(Kustomization, ns, "app", "is held by both", found => found.HeldBy()!.Contains(second, StringComparison.Ordinal) && found.HeldBy()!.Contains(first, StringComparison.Ordinal));
            await _cluster.OpenAsync(ns, first);
            await _cluster.OpenAsync(ns, second);
            await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        }
    }

    [Fact]
    public async Task One_of_several_gates_is_enough_where_the_object_says_so()
    {
        var ns = await NewAsync("gate", "{}");
        await _cluster.CreateGateAsync(ns, "bypass-signoff", "{}");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate,bypass-signoff");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/require", "oneOf");
        (await _cluster.UntilAsync(Kustomization, ns, "app", "is held until one of two opens", found => found.Approved("message")?.Contains("one of 2 gates", StringComparison.Ordinal) == true)).IsSuspended().Should().BeTrue();
        await _cluster.OpenAsync(ns, "bypass-signoff");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/require", "some");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app", "InvalidReference")).Approved("message").Should().Contain("expected 'all' or 'oneOf'");
    }

    [Fact]
    public async Task A_list_of_gates_that_cannot_be_read_holds_and_says_what_is_expected()
    {
        var ns = await NewAsync("opened", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "opened,,Not_A_Name");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app", "InvalidReference")).Approved("message").Should().Contain("'Not_A_Name' is not valid").And.Contain("expected 'name' or 'namespace/name'");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task An_annotation_that_names_no_gate_holds_until_it_names_one_or_is_removed(string none)
    {
        const string gates = "gating.toolkit.fluxcd.io/gates";
        var ns = await NewAsync("opened", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "opened");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", gates, none);
        var held = await _cluster.UntilHeldAsync(Kustomization, ns, "app", "InvalidReference");
        held.Approved("message").Should().Contain("names no gate: remove the annotation or name a gate");
        held.HeldBy().Should().Be("(empty) (InvalidReference)");

        await _cluster.AnnotateAsync(Kustomization, ns, "app", gates, "opened");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", gates, none);
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "InvalidReference");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", gates, null);
        await _cluster.UntilAsync(Kustomization, ns, "app", "is released", found => !found.IsSuspended() && found.HeldBy() is null);
    }

    [Fact]
    public async Task A_held_object_whose_list_of_gates_is_emptied_stays_held()
    {
        var ns = await NewAsync("gate", "{}");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await using var resumed = await ResumeWatch.StartAsync(_cluster, Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/gates", "");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "InvalidReference");
        resumed.Seen.Should().BeFalse();
    }

    [Fact]
    public async Task A_gate_of_another_namespace_counts_only_where_its_accessFrom_selects_the_objects_namespace()
    {
        var platform = await NewAsync("shared", """{"default": "opened", "accessFrom": {"namespaceSelectors": [{"matchLabels": {"tier": "prod"}}]}}""");
        await _cluster.CreateGateAsync(platform, "private", """{"default": "opened"}""");
        var tenant = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGatedAsync(Kustomization, tenant, "app", $"{platform}/shared");
        await _cluster.CreateGatedAsync(Kustomization, tenant, "nosy", $"{platform}/private");
        (await _cluster.UntilHeldAsync(Kustomization, tenant, "app", "AccessDenied")).Approved("message").Should().Contain($"its spec.accessFrom does not select namespace '{tenant}'");
        await _cluster.UntilHeldAsync(Kustomization, tenant, "nosy", "AccessDenied");

        await _cluster.Kubectl.RunAsync("label", "namespace", tenant, "tier=prod");
        await _cluster.UntilReleasedAsync(Kustomization, tenant, "app");
        await _cluster.Kubectl.RunAsync("label", "namespace", tenant, "tier-");
        await _cluster.UntilHeldAsync(Kustomization, tenant, "app", "AccessDenied");
        (await _cluster.GetAsync(Kustomization, tenant, "nosy"))!.IsSuspended().Should().BeTrue("a gate without accessFrom admits nobody else");
    }

    [Fact]
    public async Task A_held_object_reconciles_once_for_each_new_token()
    {
        var ns = await NewAsync("closed", "{}");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "closed");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        foreach (var token in new[] { "first", "second" })
        {
            await _cluster.AnnotateAsync(Kustomization, ns, "app", ReleaseOnce, token);
            var let = await _cluster.UntilAsync(Kustomization, ns, "app", "is let go once", found => !found.IsSuspended());
            await ReportReadyAsync(ns, "app", (long)let["metadata"]!["generation"]! - 1);
            await _cluster.UntilAsync(Kustomization, ns, "app", "still waits for Flux", found => !found.IsSuspended());
            await ReportReadyAsync(ns, "app", (long)let["metadata"]!["generation"]!);
            var again = await _cluster.UntilAsync(Kustomization, ns, "app", "is held again", found => found.IsSuspended() && found.HeldBy() is not null);
            again.Annotation("gating.toolkit.fluxcd.io/released-once").Should().Be(token);
        }
    }

    [Fact]
    public async Task A_token_that_comes_while_the_gate_is_opened_does_not_fire_when_it_closes()
    {
        var ns = await NewAsync("gate", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", ReleaseOnce, "early");
        await _cluster.UntilAsync(Kustomization, ns, "app", "takes note of the token", found => found.Annotation("gating.toolkit.fluxcd.io/released-once") == "early");
        await _cluster.CloseAsync(ns, "gate");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).Annotation("gating.toolkit.fluxcd.io/releasing-once").Should().BeNull();
    }

    [Fact]
    public async Task What_admission_suspended_without_an_owner_is_released_only_where_it_says_that_it_is_held()
    {
        var ns = await NewAsync("closed", "{}");
        await _cluster.Kubectl.ApplyAsync($$$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingAdmissionPolicy
            metadata: {name: born-held-{{{ns}}}}
            spec:
              failurePolicy: Fail
              reinvocationPolicy: Never
              matchConstraints:
                namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{{ns}}}}}
                resourceRules: [{apiGroups: [kustomize.toolkit.fluxcd.io], apiVersions: ["*"], operations: [CREATE], resources: [kustomizations]}]
              mutations:
                - patchType: ApplyConfiguration
                  applyConfiguration:
                    expression: >-
                      object.metadata.name == 'held'
                      ? Object{metadata: Object.metadata{annotations: {"gating.toolkit.fluxcd.io/held-by": "{{{ns}}}/closed (GateClosed)"}}, spec: Object.spec{suspend: true}}
                      : Object{spec: Object.spec{suspend: true}}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingAdmissionPolicyBinding
            metadata: {name: born-held-{{{ns}}}}
            spec: {policyName: born-held-{{{ns}}}}
            """);
        await _cluster.OpenAsync(ns, "closed");
        await _cluster.UntilAsync(FluxResources.Gate, ns, "closed", "is opened", gate => gate.Condition("Opened", "status") == "True");
        // A policy takes a moment to come into force.
        await Eventually.GivesAsync("the policy suspends what is created", async () =>
        {
            await _cluster.Api.DeleteAsync(Kustomization, new(ns, "probe"), cancellation: Cancellation);
            await CreateUngatedAsync(ns, "probe");
            return (await _cluster.GetAsync(Kustomization, ns, "probe"))!;
        }, found => found.IsSuspended() && !found.SuspendOwners().Any());

        await _cluster.CreateGatedAsync(Kustomization, ns, "held", "closed");
        await _cluster.CreateGatedAsync(Kustomization, ns, "mute", "closed");
        await _cluster.UntilAsync(Kustomization, ns, "held", "is released", found => !found.IsSuspended() && found.HeldBy() is null);
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "mute")).IsSuspended().Should().BeTrue("nobody owns it, and nothing says that Sluice may resume it");
        await _cluster.Kubectl.RunAsync("delete", "mutatingadmissionpolicybinding,mutatingadmissionpolicy", $"born-held-{ns}");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<string> NewAsync(string gate, string spec)
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, gate, spec);
        return ns;
    }

    private Task CreateUngatedAsync(string ns, string name) =>
        _cluster.Api.CreateAsync(Kustomization, ns, GatedSamples.Write(Kustomization, ns, name, ""), ObjectDecoders.Ignore, new() { FieldManager = "tester" }, Cancellation);

    private Task ApplySuspendAsync(string ns, string name, string value) => _cluster.Api.ApplyAsync(
        Kustomization, new(ns, name),
        System.Text.Encoding.UTF8.GetBytes($$"""{"apiVersion": "{{Kustomization.ApiVersion}}", "kind": "Kustomization", "metadata": {"name": "{{name}}", "namespace": "{{ns}}"}, "spec": {"suspend": {{value}}} }"""),
        new("kustomize-controller") { Force = true }, ObjectDecoders.Ignore, Cancellation);

    /// <summary>What Flux reports at the end of an attempt.</summary>
    private async Task ReportReadyAsync(string ns, string name, long generation)
    {
        var found = (await _cluster.GetAsync(Kustomization, ns, name))!;
        var conditions = ((JsonArray)found["status"]!["conditions"]!).DeepClone().AsArray();
        conditions.RemoveAll(condition => (string?)condition!["type"] == "Ready");
        conditions.Add((JsonNode)new JsonObject
        {
            ["type"] = "Ready",
            ["status"] = "True",
            ["reason"] = "ReconciliationSucceeded",
            ["message"] = "Applied revision: main",
            ["lastTransitionTime"] = "2026-03-26T10:00:00Z",
            ["observedGeneration"] = generation,
        });
        var patch = new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } };
        await _cluster.PatchAsync(Kustomization, ns, name, patch.ToJsonString(), "gotk-kustomize-controller", "status");
    }
}
