using System.Text.Json.Nodes;
using CsCheck;
using Sluice.Controller.Admission;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What the webhook does to gated objects, whatever they are.</summary>
public sealed class BornHeldMutationTests
{
    private const string Gates = "gating.toolkit.fluxcd.io/gates", Require = "gating.toolkit.fluxcd.io/require", HeldBy = "gating.toolkit.fluxcd.io/held-by";

    private static readonly Gen<JsonNode> Objects = Gen.Select(
        OneOf<string?>(null, "", " ", "a", "a,b"),
        OneOf<string?>(null, "all", "oneOf"),
        OneOf<string?>(null, "", "apps/a (GateClosed)"),
        OneOf<string?>(null, "[]", """[{"name": "a"}]""", """[{"name": "b", "namespace": "c"}]"""),
        OneOf<string?>(null, "null", "false", "true"),
        Gen.Bool,
        Gen.Select(OneOf("Apply", "Update"), OneOf(
            """{"f:spec": {"f:suspend": {} } }""",
            """{"f:spec": {"f:suspend": {}, "f:interval": {} }, "f:metadata": {} }""",
            """{"f:spec": {"f:interval": {} } }""",
            """{"f:status": {"f:suspend": {} } }"""), (operation, fields) => (operation, fields)).List[0, 4],
        (gates, require, heldBy, specGates, suspend, annotated, managed) =>
        {
            var annotations = new JsonObject { ["other"] = "x" };
            Set(annotations, Gates, gates);
            Set(annotations, Require, require);
            Set(annotations, HeldBy, heldBy);
            var spec = new JsonObject { ["interval"] = "10m" };
            Set(spec, "gates", specGates is null ? null : JsonNode.Parse(specGates));
            if (suspend is not null)
            {
                spec["suspend"] = JsonNode.Parse(suspend);
            }

            var entries = managed.Select((entry, i) => (JsonNode)new JsonObject { ["manager"] = $"m{i}", ["operation"] = entry.operation, ["fieldsV1"] = JsonNode.Parse(entry.fields) });
            var metadata = new JsonObject { ["name"] = "app", ["managedFields"] = new JsonArray([.. entries]) };
            Set(metadata, "annotations", annotated || gates is not null || require is not null || heldBy is not null ? annotations : null);
            return (JsonNode)new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
        });

    private static readonly Gen<(JsonNode Now, JsonNode? Before)> Requests = Gen.Select(Objects, Objects, Gen.Int[0, 3], (now, before, kind) => kind switch
    {
        0 => (now, null),
        // Updates that change little are the ones that matter, and would come up seldom.
        1 => (WithSuspend(before, now), before),
        _ => (now, (JsonNode?)before),
    });

    [Fact]
    public void What_names_gates_and_is_born_or_resumed_or_names_others_or_is_let_go_by_an_apply_is_held_and_nothing_else_is_touched() => Requests.Sample(request =>
    {
        var (now, before) = request;
        var patch = Reviews.Mutate(Reviews.Of(before is null ? "CREATE" : "UPDATE", now, before));
        var resumed = before is not null && IsSuspended(before) && string.IsNullOrEmpty(Text(before, HeldBy));
        var born = Names(now) && (before is null || resumed || Text(before, Gates) != Text(now, Gates) || Text(before, Require) != Text(now, Require) || SpecGates(before) != SpecGates(now));
        var lifted = before is not null && IsSuspended(before) && !string.IsNullOrEmpty(Text(before, HeldBy))
            && Managed(now).Any(entry => (string?)entry!["operation"] == "Apply" && Owns(entry));
        if (IsSuspended(now) || !(born || lifted))
        {
            patch.Should().BeEmpty();
            return;
        }

        var after = PatchedJson.Apply(now, patch);
        after["spec"]!["suspend"]!.ToJsonString().Should().Be("true");
        Managed(after).Should().NotContain(entry => Owns(entry), "what admission sets is nobody's");
        Text(after, HeldBy).Should().Be(born ? BornHeld.NotDecidedYet : Text(now, HeldBy));
        Bare(after).Should().Be(Bare(now), "nothing else is touched");
        Reviews.Mutate(Reviews.Of(before is null ? "CREATE" : "UPDATE", after, before)).Should().BeEmpty("asked again, it has nothing to add");
    });

    [Fact]
    public void An_owner_of_nothing_but_the_suspension_loses_it_whole_and_another_only_that()
    {
        var now = JsonNode.Parse("""
            {"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gates": "a"}, "managedFields": [
              {"operation": "Update", "fieldsV1": {"f:spec": {"f:interval": {} } } },
              {"operation": "Apply", "fieldsV1": {"f:spec": {"f:suspend": {} } } },
              {"operation": "Update", "fieldsV1": {"f:spec": {"f:suspend": {}, "f:interval": {} } } }]},
             "spec": {"suspend": false} }
            """)!;
        Reviews.Mutate(Reviews.Of("CREATE", now, null)).Should().Equal(
            PatchOperation.Add("/spec/suspend", true),
            PatchOperation.Remove("/metadata/managedFields/1/fieldsV1/f:spec"),
            PatchOperation.Remove("/metadata/managedFields/2/fieldsV1/f:spec/f:suspend"),
            PatchOperation.Add("/metadata/annotations/gating.toolkit.fluxcd.io~1held-by", "admission (NotDecidedYet)"));
    }

    [Fact]
    public void An_object_without_a_spec_that_names_gates_gets_one_that_is_suspended()
    {
        var now = JsonNode.Parse("""{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gates": "a"} } }""")!;
        ((bool)PatchedJson.Apply(now, Reviews.Mutate(Reviews.Of("CREATE", now, null)))["spec"]!["suspend"]!).Should().BeTrue();
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("CONNECT")]
    public void Other_operations_are_left_alone(string operation)
    {
        var gated = JsonNode.Parse("""{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gates": "a"} }, "spec": {} }""");
        Reviews.Mutate(Reviews.Of(operation, null, gated)).Should().BeEmpty();
    }

    [Fact]
    public void A_subresource_is_left_alone()
    {
        var review = Reviews.Of("UPDATE", JsonNode.Parse("""{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gates": "b"} }, "spec": {} }"""), JsonNode.Parse("{}"));
        review["request"]!["subResource"] = "status";
        Reviews.Mutate(review).Should().BeEmpty();
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Set(JsonObject target, string name, JsonNode? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }

    private static JsonNode WithSuspend(JsonNode before, JsonNode now)
    {
        var changed = before.DeepClone();
        var spec = changed["spec"]!.AsObject();
        spec.Remove("suspend");
        Set(spec, "suspend", now["spec"]!["suspend"]?.DeepClone());
        changed["metadata"]!["managedFields"] = now["metadata"]!["managedFields"]!.DeepClone();
        return changed;
    }

    private static string? Text(JsonNode gated, string annotation) => (string?)gated["metadata"]!["annotations"]?[annotation];

    private static string? SpecGates(JsonNode gated) => gated["spec"]!["gates"]?.ToJsonString();

    private static bool Names(JsonNode gated) => Text(gated, Gates) is not null || gated["spec"]!["gates"] is JsonArray { Count: > 0 };

    private static bool IsSuspended(JsonNode gated) => gated["spec"]!["suspend"]?.ToJsonString() == "true";

    private static JsonArray Managed(JsonNode gated) => gated["metadata"]!["managedFields"]!.AsArray();

    private static bool Owns(JsonNode? entry) => entry!["fieldsV1"]!["f:spec"]?["f:suspend"] is not null;

    /// <summary>The object without what a hold is made of.</summary>
    private static string Bare(JsonNode gated)
    {
        var bare = gated.DeepClone();
        bare["spec"]!.AsObject().Remove("suspend");
        bare["metadata"]!["annotations"]?.AsObject().Remove(HeldBy);
        if (bare["metadata"]!["annotations"] is JsonObject { Count: 0 })
        {
            bare["metadata"]!.AsObject().Remove("annotations");
        }

        foreach (var entry in Managed(bare))
        {
            var fields = entry!["fieldsV1"]!.AsObject();
            (fields["f:spec"] as JsonObject)?.Remove("f:suspend");
            if (fields["f:spec"] is JsonObject { Count: 0 })
            {
                fields.Remove("f:spec");
            }
        }

        return bare.ToJsonString();
    }
}
