using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Controller.Admission;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What the webhook answers to an API server, and that what it does not understand does not pass.</summary>
public sealed class AdmissionReviewTests
{
    private const string At = "open.gate.fluxcd.io/requestedAt", By = "open.gate.fluxcd.io/requestedBy", CloseAt = "close.gate.fluxcd.io/requestedAt", CloseBy = "close.gate.fluxcd.io/requestedBy";

    [Theory]
    [InlineData("the first request is stamped", $$"""{"{{At}}": "1"}""", null, $$"""{"{{At}}": "1", "{{By}}": "alice@example.org"}""")]
    [InlineData("a name that is claimed is replaced", $$"""{"{{At}}": "1", "{{By}}": "bob"}""", null, $$"""{"{{At}}": "1", "{{By}}": "alice@example.org"}""")]
    [InlineData("a new request is stamped", $$"""{"{{At}}": "2", "{{By}}": "bob"}""", $$"""{"{{At}}": "1", "{{By}}": "bob"}""", $$"""{"{{At}}": "2", "{{By}}": "alice@example.org"}""")]
    [InlineData("an old request keeps its name", $$"""{"{{At}}": "1", "{{By}}": "bob", "x": "y"}""", $$"""{"{{At}}": "1", "{{By}}": "bob"}""", $$"""{"{{At}}": "1", "{{By}}": "bob", "x": "y"}""")]
    [InlineData("one that is taken away leaves nothing to stamp", """{"x": "y"}""", $$"""{"{{At}}": "1"}""", """{"x": "y"}""")]
    [InlineData("both kinds are stamped", $$"""{"{{At}}": "1", "{{CloseAt}}": "2"}""", "{}", $$"""{"{{At}}": "1", "{{CloseAt}}": "2", "{{By}}": "alice@example.org", "{{CloseBy}}": "alice@example.org"}""")]
    public void Who_makes_a_request_of_a_gate_is_stamped(string because, string now, string? before, string after)
    {
        var patch = Reviews.Mutate(Reviews.Of(before is null ? "CREATE" : "UPDATE", Gate(now), before is null ? null : Gate(before), "gating.toolkit.fluxcd.io", "gates"));
        JsonNode.DeepEquals(PatchedJson.Apply(Gate(now), patch), Gate(after)).Should().BeTrue(because);
    }

    [Fact]
    public void An_answer_names_the_request_and_carries_the_patch()
    {
        var gated = JsonNode.Parse("""{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gates": "a"} }, "spec": {} }""");
        var response = Reviews.Answer(Reviews.Of("CREATE", gated, null).ToJsonString());
        ((string)response["uid"]!).Should().Be("7f0b2891-916f-4ed6-b7cd-27bff1815a8c");
        ((bool)response["allowed"]!).Should().BeTrue();
        ((string)response["patchType"]!).Should().Be("JSONPatch");
        Encoding.UTF8.GetString(Convert.FromBase64String((string)response["patch"]!)).Should().StartWith("""[{"op":"add","path":"/spec/suspend","value":true},""");
    }

    [Fact]
    public void What_is_left_as_it_is_is_allowed_without_a_patch()
    {
        var response = Reviews.Answer(Reviews.Of("CREATE", JsonNode.Parse("""{"metadata": {}, "spec": {} }"""), null).ToJsonString());
        ((bool)response["allowed"]!).Should().BeTrue();
        response["patch"].Should().BeNull();
    }

    [Theory]
    [InlineData("object", "apps/app has no request.object")]
    [InlineData("oldObject", "apps/app is about an update and has no request.oldObject")]
    [InlineData("userInfo", "no request.userInfo.username")]
    [InlineData("operation", "no request.operation")]
    [InlineData("resource", "no request.resource.resource")]
    public void A_review_without_what_it_is_decided_by_is_refused(string missing, string message)
    {
        var review = Reviews.Of("UPDATE", JsonNode.Parse("{}"), JsonNode.Parse("{}"));
        review["request"]!.AsObject().Remove(missing);
        Refusal(review).Should().Contain(message);
    }

    [Fact]
    public void A_spec_that_cannot_be_suspended_is_refused() =>
        Refusal(Reviews.Of("CREATE", JsonNode.Parse("""{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gates": "a"} }, "spec": [] }"""), null))
            .Should().Be("sluice: Kustomization apps/app is to be held, and its spec is not an object but Array: it cannot be suspended");

    [Fact]
    public void A_kind_that_is_not_held_is_refused_with_what_to_do() =>
        Refusal(Reviews.Of("CREATE", JsonNode.Parse("{}"), null, "infra.contrib.fluxcd.io", "terraforms")).Should().Contain("--additional-kinds=terraforms.infra.contrib.fluxcd.io");

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("no json")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1", "request": {"uid": ""} }""")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1beta1", "request": {"uid": "1"} }""")]
    public void What_is_no_review_has_no_answer_so_that_the_API_server_fails_closed(string body) =>
        FluentActions.Invoking(() => Reviews.Answer(body)).Should().Throw<AdmissionException>().WithMessage("expected an AdmissionReview of admission.k8s.io/v1*");

    [Fact]
    public void Values_may_be_nested_as_deep_as_people_like()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 900)) + "1" + new string('}', 900);
        var review = Reviews.Of("CREATE", JsonNode.Parse("""{"metadata": {}, "spec": {} }"""), null).ToJsonString().Replace("\"spec\":{}", $"\"spec\":{deep}", StringComparison.Ordinal);
        review.Should().Contain(deep);
        ((bool)Reviews.Answer(review)["allowed"]!).Should().BeTrue();
    }

    private static JsonObject Gate(string annotations) => new() { ["metadata"] = new JsonObject { ["annotations"] = JsonNode.Parse(annotations) } };

    private static string Refusal(JsonObject review)
    {
        var response = Reviews.Answer(review.ToJsonString());
        ((bool)response["allowed"]!).Should().BeFalse();
        return (string)response["status"]!["message"]!;
    }
}
