using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Sluice.Controller.Gated;

namespace Sluice.Controller.Tests.Gated;

/// <summary>The one pass over a Flux object's JSON, beside a plain reading of the same JSON.</summary>
public sealed class GatedObjectReaderTests
{
    private const string Whole =
        """
        {"apiVersion": "example.org/v1", "kind": "Other",
         "metadata": {"name": "app", "namespace": "apps", "uid": "u-1", "resourceVersion": "7", "generation": 3, "labels": {"gates": "x"},
           "annotations": {"gating.toolkit.fluxcd.io/gates": "sre-approval", "gating.toolkit.fluxcd.io/held-by": "apps/sre-approval (GateClosed)", "suspend": "false"},
           "managedFields": [
             {"manager": "sluice", "operation": "Apply", "fieldsV1": {"f:metadata": {"f:annotations": {}}, "f:spec": {"f:suspend": {}}}},
             {"manager": "sluice", "operation": "Update", "fieldsV1": {"f:status": {"f:suspend": {}}}},
             {"manager": "flux", "operation": "Update", "fieldsV1": {"f:spec": {"f:interval": {}, "f:suspend": {}}}}]},
         "spec": {"interval": "10m", "suspend": true, "gates": [{"name": "qa"}, {"name": "maintenance", "namespace": "platform"}], "nested": {"suspend": false, "gates": [1]}},
         "status": {"inventory": {"entries": [{"id": "a"}]}, "suspend": false, "conditions": [
           {"type": "Ready", "status": "True", "observedGeneration": 3, "message": "done"},
           {"type": "Approved", "status": "False", "reason": "GateClosed", "message": "waiting"}]}}
        """;

    // Of a kind of somebody else's, a field may be anything.
    private static readonly Gen<string> Odd = Gen.OneOf("null", "7", "true", "\"text\"", "[]", "[[1, {\"name\": \"a\"}], \"a\", null]", "{}", "{\"suspend\": {\"gates\": []}}");

    [Fact]
    public void What_it_reads_depends_neither_on_the_order_of_the_fields_nor_on_fields_that_are_something_else()
    {
        var seeds = Gen.Int.Array[40];
        Gen.Select(seeds, Gen.Select(Gen.OneOf("spec.suspend", "spec.gates", "spec.other", "status.conditions", "status.other"), Odd).Array[0, 3]).Sample((order, odd) =>
        {
            var json = JsonNode.Parse(Whole)!.AsObject();
            foreach (var (path, value) in odd)
            {
                var (parent, field) = (path[..path.IndexOf('.', StringComparison.Ordinal)], path[(path.IndexOf('.', StringComparison.Ordinal) + 1)..]);
                json[parent]![field] = JsonNode.Parse(value);
            }

            var position = 0;
            var text = Shuffle(json, () => order[position++ % order.Length])!.ToJsonString();
            var read = GatedObjectReader.Read(Encoding.UTF8.GetBytes(text));
            read.Should().NotBeNull(text);
            Describe(read!).Should().Be(Naive(json), text);
        });
    }

    [Fact]
    public void An_object_that_names_no_gate_and_that_Sluice_never_touched_is_of_no_interest_but_to_bindings()
    {
        var unnamed = GatedObjectReader.Read("""{"metadata": {"name": "a", "labels": {"tier": "prod"}, "annotations": {"gating.toolkit.fluxcd.io/require": "all"}}, "spec": {"suspend": true}}"""u8);
        unnamed.IsOfInterest.Should().BeFalse();
        unnamed.Labels.Should().Equal(new Dictionary<string, string> { ["tier"] = "prod" });
        GatedObjectReader.Read("""{"metadata": {"name": "a", "annotations": {"gating.toolkit.fluxcd.io/held-since": ""}}, "spec": {"gates": []}}"""u8).IsOfInterest.Should().BeFalse();
        GatedObjectReader.Read("""{"metadata": {"name": "a", "annotations": {"gating.toolkit.fluxcd.io/gates": ""}}}"""u8).IsOfInterest.Should().BeTrue("it names no gate that can be read");
    }

    private static string Describe(GatedObject read) => string.Join(
        " | ",
        read.Key, read.Uid, read.ResourceVersion, read.GatesAnnotation, read.Hold.HeldBy, read.Hold.IsSuspended, read.Hold.OwnsSuspend,
        string.Join(',', read.Hold.OtherOwners), string.Join(',', read.SpecGates ?? []), read.Approved, read.Hold.AttemptFinished);

    private static string Naive(JsonObject json)
    {
        var spec = json["spec"]!;
        var conditions = (json["status"]!["conditions"] as JsonArray)?.OfType<JsonObject>().Where(condition => condition.ContainsKey("type")) ?? [];
        var approved = conditions.FirstOrDefault(condition => (string?)condition["type"] == "Approved");
        return string.Join(
            " | ",
            "apps/app", "u-1", "7", "sre-approval", "apps/sre-approval (GateClosed)",
            spec["suspend"] is JsonValue value && value.TryGetValue<bool>(out var isSuspended) && isSuspended, true, "flux",
            string.Join(',', (spec["gates"] as JsonArray)?.OfType<JsonObject>().Select(gate => $"{(string?)gate["namespace"] ?? "apps"}/{(string?)gate["name"]}") ?? []),
            approved is null ? null : new ApprovedCondition((string)approved["status"]!, (string)approved["reason"]!, (string)approved["message"]!),
            conditions.Any());
    }

    private static JsonNode? Shuffle(JsonNode? node, Func<int> next) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(_ => next()).Select(field => KeyValuePair.Create(field.Key, Shuffle(field.Value, next)))),
        JsonArray items => new JsonArray([.. items.Select(item => Shuffle(item, next))]),
        _ => node?.DeepClone(),
    };
}
