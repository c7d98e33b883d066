using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Opening, closing, overriding and configuring a gate are rights that Kubernetes' own authorizer decides about.</summary>
public sealed class GateRightsTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    private const string Open = "open", Close = "close", Override = "override", Configure = "configure";

    private readonly Cluster _cluster = guarded.Cluster;

    [Theory]
    [InlineData(null, "")]
    [InlineData("sluice-viewer", "")]
    [InlineData("sluice-approver", "")]
    [InlineData("sluice-operator", "open close")]
    [InlineData("sluice-owner", "open close configure")]
    [InlineData("sluice-admin", "open close configure override")]
    public async Task A_role_gives_the_verbs_it_names_and_no_other(string? role, string allowed)
    {
        var person = $"{role ?? "nobody"}@example.org";
        var ns = await guarded.NewNamespaceAsync(person, role);
        foreach (var verb in new[] { Open, Close, Override, Configure })
        {
            await Do(person, ns, verb, isAllowed: allowed.Split(' ').Contains(verb));
            (await CanI(person, ns, verb)).Should().Be(allowed.Split(' ').Contains(verb), $"kubectl auth can-i says the same of {verb}");
        }
    }

    [Theory]
    [InlineData("sluice-operator", false)]
    [InlineData("sluice-owner", true)]
    public async Task To_create_a_gate_takes_configure_too(string role, bool allowed)
    {
        var ns = await guarded.NewNamespaceAsync("creator", role);
        const string Gate = """
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: another}
            spec: {default: opened}
            """;
        await Expect(allowed, "create", () => guarded.As("creator").RunAsync(["-n", ns, "create", "-f", "-"], Gate));
    }

    [Fact]
    public async Task A_gate_that_is_created_with_a_request_takes_the_right_to_make_it()
    {
        var ns = await guarded.NewNamespaceAsync("configurer", null);
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "role", "configurer", "--verb=configure", "--resource=gates.gating.toolkit.fluxcd.io");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "configurer", "--role=configurer", "--user=configurer");
        var gate = $$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: another, annotations: {open.gate.fluxcd.io/requestedAt: "{{Now}}"} }
            spec: {window: 1h}
            """;
        await Expect(false, "open", () => guarded.As("configurer").RunAsync(["-n", ns, "create", "-f", "-"], gate));
    }

    [Fact]
    public async Task A_right_to_one_gate_is_none_to_another_nor_to_one_elsewhere()
    {
        var ns = await guarded.NewNamespaceAsync("one", null);
        await _cluster.CreateGateAsync(ns, "other", "{}");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "role", "one", "--verb=open", "--resource=gates.gating.toolkit.fluxcd.io", "--resource-name=gate");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "one", "--role=one", "--user=one");
        var elsewhere = await guarded.NewNamespaceAsync("one", null);

        await Do("one", ns, Open, isAllowed: true);
        await Expect(false, "open", () => Annotate("one", ns, "other", $"open.gate.fluxcd.io/requestedAt={Now}"));
        await Do("one", elsewhere, Open, isAllowed: false);
    }

    [Theory]
    [InlineData("open.gate.fluxcd.io/revision", "open")]
    [InlineData("open.gate.fluxcd.io/reason", "open")]
    [InlineData("close.gate.fluxcd.io/reason", "close")]
    public async Task What_a_request_is_limited_to_or_says_takes_the_same_right(string annotation, string verb)
    {
        var ns = await guarded.NewNamespaceAsync("limited", null);
        await Expect(false, verb, () => Annotate("limited", ns, "gate", $"{annotation}=x"));
    }

    [Fact]
    public async Task The_revision_of_a_request_cannot_be_taken_away_without_the_right_to_open()
    {
        var ns = await guarded.NewNamespaceAsync("widener", null);
        await _cluster.Kubectl.RunAsync("-n", ns, "annotate", "gate/gate", "open.gate.fluxcd.io/revision=main@sha1:aaaa", $"open.gate.fluxcd.io/requestedAt={Now}");
        await Expect(false, "open", () => Annotate("widener", ns, "gate", "open.gate.fluxcd.io/revision-"));
    }

    [Fact]
    public async Task A_request_may_be_taken_away_by_who_may_only_patch_as_kustomize_controller_does()
    {
        var ns = await guarded.NewNamespaceAsync("stripper", null);
        await _cluster.Kubectl.RunAsync("-n", ns, "annotate", "gate/gate", $"open.gate.fluxcd.io/requestedAt={Now}");
        await UntilOpened(ns);
        await Annotate("stripper", ns, "gate", "open.gate.fluxcd.io/requestedAt-", "open.gate.fluxcd.io/requestedBy-");
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken);
        (await _cluster.GetAsync(FluxResources.Gate, ns, "gate"))!.Condition("Opened", "status").Should().Be("True", "the request was latched");
    }

    [Fact]
    public async Task A_gate_whose_annotations_have_been_emptied_is_written_like_any_other()
    {
        var ns = await guarded.NewNamespaceAsync("emptier", "sluice-owner");
        await Annotate("emptier", ns, "gate", "example.org/note=mine");
        await Annotate("emptier", ns, "gate", "example.org/note-");
        await guarded.As("emptier").RunAsync("-n", ns, "label", "gate/gate", "team=a");
        await Do("emptier", ns, Open, isAllowed: true);
        (await UntilOpened(ns))["status"]!["requestedBy"]!.ToString().Should().Be("emptier");
        await Annotate("emptier", ns, "gate", "open.gate.fluxcd.io/requestedAt-", "open.gate.fluxcd.io/requestedBy-");
        await Do("emptier", ns, Configure, isAllowed: true);
    }

    [Fact]
    public async Task An_override_that_was_left_behind_does_not_stop_who_may_open_from_opening_plainly()
    {
        var ns = await guarded.NewNamespaceAsync("operator", "sluice-operator", """{"window": "1s"}""");
        await _cluster.Kubectl.RunAsync("-n", ns, "annotate", "gate/gate", "open.gate.fluxcd.io/override=fire", $"open.gate.fluxcd.io/requestedAt={Now}");
        await _cluster.UntilAsync(FluxResources.Gate, ns, "gate", "has taken the override", gate => (string?)gate["status"]?["lastHandledOverride"] is not null);
        await Do("operator", ns, Open, isAllowed: true);
    }

    [Fact]
    public async Task A_status_says_who_asked_as_the_API_server_knows_them_whatever_the_request_claims()
    {
        var ns = await guarded.NewNamespaceAsync("alice@example.org", "sluice-operator");
        await Annotate("alice@example.org", ns, "gate", $"open.gate.fluxcd.io/requestedAt={Now}", "open.gate.fluxcd.io/requestedBy=bob@example.org");
        var opened = await UntilOpened(ns);
        ((string?)opened["status"]!["requestedBy"]).Should().Be("alice@example.org");
        ((string?)opened["status"]!["history"]![0]!["by"]).Should().Be("alice@example.org");
    }

    [Fact]
    public async Task Nobody_puts_a_name_on_the_request_of_another()
    {
        var ns = await guarded.NewNamespaceAsync("mallory@example.org", "sluice-admin");
        await _cluster.Kubectl.RunAsync("-n", ns, "annotate", "gate/gate", $"open.gate.fluxcd.io/requestedAt={Now}");
        foreach (var name in new[] { "mallory@example.org", "bob@example.org" })
        {
            var refused = await Refusal(() => Annotate("mallory@example.org", ns, "gate", $"open.gate.fluxcd.io/requestedBy={name}"));
            refused.Should().Contain("requestedBy");
        }
    }

    [Fact]
    public async Task A_status_cannot_be_written_by_who_may_do_everything_to_gates()
    {
        var ns = await guarded.NewNamespaceAsync("forger", "sluice-admin");
        var refused = await Refusal(() => guarded.As("forger").RunAsync(
            "-n", ns, "patch", "gate/gate", "--subresource=status", "--type=merge", "-p", """{"status": {"conditions": []}}"""));
        refused.Should().Contain("gates/status");
    }

    [Fact]
    public async Task A_status_is_not_written_by_who_has_been_given_every_right_in_the_namespace_either_so_that_no_request_is_made_up()
    {
        var ns = await guarded.NewNamespaceAsync("lord", "sluice-viewer");
        await guarded.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: status, namespace: {{ns}}}
            rules: [{apiGroups: [gating.toolkit.fluxcd.io], resources: ["gates", "gates/status"], verbs: [get, patch, update, hold]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: status, namespace: {{ns}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: status}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: lord}]
            """);
        var refused = await Refusal(() => guarded.As("lord").RunAsync(
            "-n", ns, "patch", "gate/gate", "--subresource=status", "--type=merge", "--field-manager=sluice", "-p", """{"status": {"requestedAt": "2026-01-01T00:00:00Z"}}"""));
        refused.Should().Contain($"the status of gate {ns}/gate says what was asked for and by whom, and is written by sluice-controller alone");
    }

    private static string Now => $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffffffZ}";

    private Task Do(string person, string ns, string verb, bool isAllowed) => Expect(isAllowed, verb, () => verb switch
    {
        Open => Annotate(person, ns, "gate", $"open.gate.fluxcd.io/requestedAt={Now}"),
        Close => Annotate(person, ns, "gate", $"close.gate.fluxcd.io/requestedAt={Now}"),
        Override => Annotate(person, ns, "gate", $"open.gate.fluxcd.io/override=because {Now}"),
        _ => guarded.As(person).RunAsync("-n", ns, "patch", "gate/gate", "--type=merge", "-p", """{"spec": {"default": "opened"}}"""),
    });

    private Task<string> Annotate(string person, string ns, string gate, params string[] annotations) =>
        guarded.As(person).RunAsync(["-n", ns, "annotate", "--overwrite", $"gate/{gate}", .. annotations], null);

    private async Task<bool> CanI(string person, string ns, string verb)
    {
        try
        {
            return (await guarded.As(person).RunAsync("-n", ns, "auth", "can-i", verb, "gates.gating.toolkit.fluxcd.io/gate")).StartsWith("yes", StringComparison.Ordinal);
        }
        catch (KubectlException e) when (e.ExitCode == 1)
        {
            return false;
        }
    }

    private static async Task Expect(bool isAllowed, string verb, Func<Task> act)
    {
        if (isAllowed)
        {
            await act();
            return;
        }

        var refused = await Refusal(act);
        refused.Should().Contain($"it takes the verb {(verb == "create" ? Configure : verb)} on it").And.Contain("kubectl auth can-i");
    }

    private static async Task<string> Refusal(Func<Task> act) => (await act.Should().ThrowAsync<KubectlException>()).Which.Error;

    private Task<JsonNode> UntilOpened(string ns) =>
        _cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is opened", gate => gate.Condition("Opened", "status") == "True");
}
