using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;
using Sluice.TestBed;

namespace Sluice.FluxStandIn.Tests;

public sealed class CrdTests
{
    /// <summary>The small CRDs as they were when they agreed with those of Flux 2.9.</summary>
    private static readonly Dictionary<string, string> Agreed = new()
    {
        ["Kustomization"] = "6011526e35f387a5",
        ["HelmRelease"] = "8b5305fb8eb4a01e",
        ["GitRepository"] = "bc81e19944ec1318",
        ["OCIRepository"] = "6496d198e3272caf",
        ["Bucket"] = "4d3166d99355c6a1",
        ["HelmRepository"] = "ab964c63477c6e86",
        ["HelmChart"] = "c336f4802ec098c0",
        ["ImageRepository"] = "df98d4d0644dabe7",
        ["ImagePolicy"] = "d46d59230a4d66e8",
        ["ImageUpdateAutomation"] = "81328e34665e0273",
    };

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

    /// <summary>
    /// With Flux's own where this machine has them. Where it has not, the small ones are what the tests install, there is no other to compare
    /// with, and the digests of the test below say that they agreed where there was.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_small_CRD_agrees_with_the_one_that_the_tests_install(string kindName)
    {
        var kind = FluxKinds.All.Single(kind => kind.Kind == kindName);
        CrdSchema.Compare(SmallOf(kind), Read(FluxCrds.Find().Folder, kind)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_small_CRD_is_still_what_agreed_with_Fluxs_own(string kindName)
    {
        var kind = FluxKinds.All.Single(kind => kind.Kind == kindName);
        Digest(SmallOf(kind)).Should().Be(
            Agreed[kindName], "a CRD that was changed has to agree again: run the test above where Flux's own are at hand, as FluxCrds says, and write down the digest found here");
    }

    [Fact]
    public void A_difference_between_two_CRDs_is_found()
    {
        var small = SmallOf(FluxKinds.Kustomization);
        var own = small.Copy();
        var properties = CrdSchema.Root(own)["properties"]!;
        properties["spec"]!["properties"]!["interval"]!["type"] = "integer";
        properties["status"]!["properties"]!["conditions"]!["x-kubernetes-list-type"] = "map";
        ((JsonObject)properties["spec"]!["properties"]!["sourceRef"]!["properties"]!).Remove("name");
        properties["spec"]!["properties"]!["added"] = new JsonObject { ["type"] = "string" };

        CrdSchema.Compare(small, own).Should().BeEquivalentTo(
            "spec.interval type: \"string\", and in Flux \"integer\"",
            "status.conditions x-kubernetes-list-type: absent, and in Flux \"map\"",
            "spec.sourceRef.name: the small one has it, Flux does not",
            "spec.added: Flux has it, the small one does not");
    }

    private static JsonObject SmallOf(ResourceKind kind) => Read(CrdSchema.SmallFolder, kind);

    private static JsonObject Read(string folder, ResourceKind kind) =>
        CrdSchema.Read(File.ReadAllText(Path.Combine(folder, $"{kind.Group}_{kind.Plural}.yaml"))).Single();

    // Of what the manifest says: comments and layout do not matter.
    private static string Digest(JsonObject crd) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(crd.ToJsonString())))[..16];
}
