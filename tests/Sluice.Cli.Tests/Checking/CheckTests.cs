using System.Text.Json.Nodes;
using Sluice.Cli.Checking;
using Sluice.Cli.Installing;

namespace Sluice.Cli.Tests.Checking;

public sealed class CheckTests
{
    [Theory]
    [InlineData("v1.36.4", "Right")]
    [InlineData("v1.30.0", "Right")]
    [InlineData("v1.31.4-eks-2d5f260", "Right")]
    [InlineData("v1.30.5+k3s1", "Right")]
    [InlineData("v1.29.9", "Wrong")]
    [InlineData("v1.9", "Wrong")]
    [InlineData("v2.0.0", "Right")]
    [InlineData("devel", "Notice")]
    [InlineData(null, "Notice")]
    public void The_API_server_must_be_1_30_or_newer(string? version, string result) =>
        ServerVersion.Check("https://127.0.0.1/", version).Result.ToString().Should().Be(result);

    [Fact]
    public void A_lease_that_is_renewed_in_time_says_who_leads()
    {
        var line = LeaseCheck.Check([Lease("controller-0", "2026-03-26T10:16:50.000000Z")], "flux-system", Moment.Now).Single();
        line.Result.Should().Be(CheckResult.Right);
        line.Text.Should().Be("sluice-controller runs: Lease 'sluice-controller-leader-election' in namespace 'flux-system', held by 'controller-0', renewed 10s ago");
    }

    [Fact]
    public void A_lease_that_has_run_out_is_wrong() =>
        LeaseCheck.Check([Lease("controller-0", "2026-03-26T10:16:00.000000Z")], "flux-system", Moment.Now).Single().Result.Should().Be(CheckResult.Wrong);

    [Fact]
    public void A_lease_that_nobody_holds_is_wrong() =>
        LeaseCheck.Check([Lease("", "2026-03-26T10:16:59.000000Z")], "flux-system", Moment.Now).Single().Text.Should().Contain("nobody holds the Lease");

    [Fact]
    public void No_lease_is_wrong_and_the_advice_names_the_flag() =>
        LeaseCheck.Check([Lease("kustomize-controller-0", "2026-03-26T10:16:59.000000Z", "kustomize-controller-leader-election")], "flux-system", Moment.Now)
            .Single().Advice.Should().Contain("--controller-namespace");

    [Fact]
    public void Each_shard_has_a_lease_and_one_that_has_run_out_is_named()
    {
        var lines = LeaseCheck.Check(
            [Lease("controller-1", "2026-03-26T10:16:00.000000Z", "sluice-controller-leader-election-89abcdef"), Lease("controller-0", "2026-03-26T10:16:50.000000Z", "sluice-controller-leader-election-01234567")],
            "flux-system", Moment.Now);
        lines.Select(line => line.Result).Should().Equal(CheckResult.Right, CheckResult.Wrong);
        lines[0].Text.Should().StartWith("sluice-controller runs: Lease 'sluice-controller-leader-election-01234567'");
        lines[1].Advice.Should().EndWith("'kubectl delete lease -n flux-system sluice-controller-leader-election-89abcdef'");
    }

    [Fact]
    public void A_webhook_that_somebody_answers_is_right_and_so_is_one_of_whose_endpoints_nothing_is_known()
    {
        WebhookCheck.Check(Configuration(), [Slice("false"), Slice("false", "true")]).Result.Should().Be(CheckResult.Right);
        WebhookCheck.Check(Configuration(), [Slice("null")]).Result.Should().Be(CheckResult.Right, "an endpoint that does not say is ready");
        var line = WebhookCheck.Check(Configuration(), null);
        line.Result.Should().Be(CheckResult.Right);
        line.Text.Should().Be("sluice-controller holds what names gates from birth, and stamps who makes a request: MutatingWebhookConfiguration sluice");
    }

    [Fact]
    public void A_webhook_behind_whose_Service_nobody_is_ready_is_wrong_since_API_servers_refuse_what_names_gates()
    {
        foreach (var slices in new JsonObject[][] { [], [Slice("false")] })
        {
            var line = WebhookCheck.Check(Configuration(), slices);
            line.Result.Should().Be(CheckResult.Wrong);
            line.Text.Should().Be("no pod answers behind Service flux-system/sluice-webhook, by which MutatingWebhookConfiguration sluice has API servers ask about what names gates: they refuse it");
        }
    }

    [Fact]
    public void A_webhook_without_an_authority_is_wrong_and_lets_through_or_refuses_as_its_failure_policy_says()
    {
        WebhookCheck.Check(Configuration(authority: ""), null).Text.Should().Contain("has no caBundle for gated-objects.gating.toolkit.fluxcd.io, gate-requests.gating.toolkit.fluxcd.io").And.EndWith(": they refuse it");
        WebhookCheck.Check(Configuration(authority: "", failurePolicy: "Ignore"), null).Text.Should().EndWith(": it may reconcile once before it is held");
        var line = WebhookCheck.Check(Configuration(failurePolicy: "Ignore"), null);
        line.Result.Should().Be(CheckResult.Notice);
        line.Text.Should().Contain("lets through what sluice-controller does not answer in time");
    }

    [Fact]
    public void A_webhook_that_is_missing_is_named_and_those_that_the_controller_has_added_are_its_own()
    {
        var configuration = Configuration();
        configuration["webhooks"]!.AsArray().Add(JsonNode.Parse("""{"name": "of-a-binding.gating.toolkit.fluxcd.io", "failurePolicy": "Ignore", "clientConfig": {"caBundle": "QQ=="} }"""));
        WebhookCheck.Check(configuration, null).Result.Should().Be(CheckResult.Right);
        configuration["webhooks"]!.AsArray().RemoveAt(0);
        WebhookCheck.Check(configuration, null).Text.Should().StartWith("MutatingWebhookConfiguration sluice has no webhook gated-objects.gating.toolkit.fluxcd.io, so ");
    }

    [Fact]
    public void A_webhook_that_is_reached_by_an_address_is_not_asked_for_endpoints()
    {
        var configuration = Configuration();
        foreach (var webhook in configuration["webhooks"]!.AsArray())
        {
            webhook!["clientConfig"]!.AsObject().Remove("service");
            webhook["clientConfig"]!["url"] = "https://10.0.0.1/mutate";
        }

        WebhookCheck.Service(configuration).Should().BeNull();
        WebhookCheck.Check(configuration, []).Result.Should().Be(CheckResult.Right);
    }

    private static JsonObject Configuration(string authority = "QQ==", string failurePolicy = "Fail")
    {
        var configuration = InstallSet.Build(AdmissionWay.Webhook).Single(item => item.Resource == InstallKinds.Webhooks).Json;
        foreach (var webhook in configuration["webhooks"]!.AsArray())
            (webhook!["clientConfig"]!["caBundle"], webhook["failurePolicy"]) = (authority, failurePolicy);
        return configuration;
    }

    private static JsonObject Slice(params string[] ready) =>
        new() { ["endpoints"] = new JsonArray([.. ready.Select(one => JsonNode.Parse($$"""{"addresses": ["10.0.0.1"], "conditions": {"ready": {{one}} } }"""))]) };

    private static JsonObject Lease(string holder, string renewed, string name = "sluice-controller-leader-election") =>
        new() { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["holderIdentity"] = holder, ["renewTime"] = renewed, ["leaseDurationSeconds"] = 35 } };
}
