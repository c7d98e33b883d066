using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api.Bindings;
using Sluice.Api.Gates;
using Sluice.Api.Serialization;
using Sluice.Controller.Bindings;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Bindings;

/// <summary>What a binding selects is written more than once, in C# for the controller and in CEL for the API server: all must mean the same.</summary>
internal static class SelectionStory
{
    private const int Bindings = 40;

    private static readonly string[] Kinds = ["Kustomization", "HelmRelease", "GitRepository"];
    private static readonly string[] Names = ["a", "b"];
    private static readonly string[] Values = ["x", "y"];

    private static readonly int[] Namespaces = [0, 1];

    /// <summary>Random bindings, and objects of which each is born held if and only if the controller would hold it.</summary>
    public static async Task WhatIsBornHeldIsWhatTheControllerHoldsAsync(Cluster cluster)
    {
        IReadOnlyDictionary<string, string>[] namespaceLabels = [new Dictionary<string, string> { ["k"] = "x" }, new Dictionary<string, string>()];
        foreach (var (index, labels) in namespaceLabels.Index())
        {
            await cluster.Kubectl.RunAsync("create", "namespace", $"selection-{index}");
            foreach (var (name, value) in labels)
            {
                await cluster.Kubectl.RunAsync("label", "namespace", $"selection-{index}", $"{name}={value}");
            }
        }

        IReadOnlyDictionary<string, string>[] objectLabels = [new Dictionary<string, string>(), new Dictionary<string, string> { ["k"] = "x" }, new Dictionary<string, string> { ["k"] = "y", ["l"] = "x" }];
        var objects = (from kind in Kinds from ns in Namespaces from name in Names from labels in objectLabels select (kind, ns, name, labels)).ToList();
        var (selected, of) = (0, 0);
        var random = new Random(20261125);
        for (var i = 0; i < Bindings; i++)
        {
            var spec = NewSpec(random);
            await WriteAsync(cluster, spec);
            var expected = objects.Select(one => spec.Selects(one.kind, $"selection-{one.ns}", namespaceLabels[one.ns], one.name, one.labels)).ToList();
            await Eventually.GivesAsync($"what is born held is what {JsonSerializer.Serialize(spec, JsonSerializerOptions.Web)} selects", async () =>
            {
                var born = new List<bool>();
                foreach (var (kind, ns, name, labels) in objects)
                {
                    born.Add(await IsBornHeldAsync(cluster, kind, $"selection-{ns}", name, labels));
                }

                return born;
            }, born => born.SequenceEqual(expected));
            (selected, of) = (selected + expected.Count(one => one), of + expected.Count);
        }

        await cluster.Api.DeleteAsync(GateBindings.ClusterResource, new("", "selection"));
        (selected / (double)of).Should().BeInRange(0.02, 0.9, "a test in which all or nothing is selected would say little");
    }

    private static GateBindingSpec NewSpec(Random random) => new()
    {
        Gates = [new() { Name = "gate", Namespace = "default" }],
        Selector = new()
        {
            Kinds = random.GetItems(Kinds, random.Next(3)).Distinct().ToList(),
            Names = random.GetItems(Names, random.Next(2)),
            MatchLabels = NewLabels(random),
            NamespaceSelector = random.Next(2) == 0 ? null : new NamespaceSelector { MatchLabels = NewLabels(random) },
        },
        Exclude = random.Next(2) == 0 ? null : [new() { Kind = Maybe(random, "Kustomization"), Namespace = Maybe(random, "selection-0"), Name = random.GetItems(Names, 1)[0] }],
    };

    private static Dictionary<string, string> NewLabels(Random random)
    {
        var labels = new Dictionary<string, string>();
        for (var i = random.Next(3); i > 1; i--)
        {
            labels[random.Next(2) == 0 ? "k" : "l"] = random.GetItems(Values, 1)[0];
        }

        return labels;
    }

    private static string? Maybe(Random random, string value) => random.Next(2) == 0 ? null : value;

    // Anew each time: an apply makes null of a map that has become empty.
    private static async Task WriteAsync(Cluster cluster, GateBindingSpec spec)
    {
        await cluster.Api.DeleteAsync(GateBindings.ClusterResource, new("", "selection"));
        await cluster.Api.CreateAsync(
            GateBindings.ClusterResource, null,
            JsonSerializer.SerializeToUtf8Bytes(new GateBinding { Kind = GateBinding.ClusterKindName, Metadata = new() { Name = "selection" }, Spec = spec }, ApiJson.Default.GateBinding),
            ObjectDecoders.Ignore);
    }

    private static async Task<bool> IsBornHeldAsync(Cluster cluster, string kind, string ns, string name, IReadOnlyDictionary<string, string> labels)
    {
        var resource = FluxResources.All.Single(resource => resource.Kind == kind);
        var json = JsonNode.Parse(GatedSamples.Write(resource, ns, name, "").Span)!;
        json["metadata"]!["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        return await cluster.Api.CreateAsync(
            resource, ns, Encoding.UTF8.GetBytes(json.ToJsonString()), static born => JsonNode.Parse(born)!.IsSuspended(), new() { DryRun = true });
    }
}
