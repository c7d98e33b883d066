using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace Sluice.FluxStandIn.Tests;

public sealed class CrdTests
{
    public static TheoryData<string> Kinds() => [.. FluxKinds.All.Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_small_CRD_starts_with_an_unobserved_status_has_suspend_and_atomic_conditions(string kindName)
    {
        var kind = FluxKinds.All.Single(kind => kind.Kind == kindName);
        var crd = SmallOf(kind);
        var properties = CrdSchema.Root(crd)["properties"];

        CrdSchema.Version(crd).Text("name").Should().Be(kind.Version);
        CrdSchema.Version(crd).At("subresources", "status").Should().NotBeNull();
        properties.Number("status", "default", "observedGeneration").Should().Be(-1);
        properties.Text("spec", "properties", "suspend", "type").Should().Be("boolean");
        properties.At("spec", "properties", "gates").Should().BeNull("the component in config/flux adds it");
        properties.At("status", "properties", "conditions", "type").Should().NotBeNull();
        properties.At("status", "properties", "conditions", "x-kubernetes-list-type").Should().BeNull("Flux's condition lists are atomic");
    }

    /// <summary>Where this machine does not have Flux's own CRDs there is nothing to compare, and only the test above says something.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_small_CRD_agrees_with_Fluxs_own_wherever_that_is_at_hand(string kindName)
    {
        if (CrdSchema.FluxsOwnFolder is not { } folder)
            return;

        var kind = FluxKinds.All.Single(kind => kind.Kind == kindName);
        var own = CrdSchema.Read(File.ReadAllText(Path.Combine(folder, $"{kind.Group}_{kind.Plural}.yaml"))).Single();
        CrdSchema.Compare(SmallOf(kind), own).Should().BeEmpty();
    }

    [Fact]
    public void A_difference_between_two_CRDs_is_found()
    {
        var small = SmallOf(FluxKinds.Kustomization);
        var own = small.Copy();
        var properties = CrdSchema.Root(own)["properties"]!;
        properties["spec"]!["properties"]!["interval"]!["type"] = "integer";
        properties["status"]!["properties"]!["conditions"]!["x-kubernetes-list-type"] = "map";
        ((System.Text.Json.Nodes.JsonObject)properties["spec"]!["properties"]!["sourceRef"]!["properties"]!).Remove("name");
        properties["spec"]!["properties"]!["added"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "string" };

        CrdSchema.Compare(small, own).Should().BeEquivalentTo(
            "spec.interval type: \"string\", and in Flux \"integer\"",
            "status.conditions x-kubernetes-list-type: absent, and in Flux \"map\"",
            "spec.sourceRef.name: the small one has it, Flux does not",
            "spec.added: Flux has it, the small one does not");
    }

    private static System.Text.Json.Nodes.JsonObject SmallOf(ResourceKind kind) =>
        CrdSchema.Read(File.ReadAllText(Path.Combine(CrdSchema.SmallFolder, $"{kind.Group}_{kind.Plural}.yaml"))).Single();
}
