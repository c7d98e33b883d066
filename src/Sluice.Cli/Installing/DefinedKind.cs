using System.Text.Json.Nodes;
using Sluice.Cli.Manifests;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>A kind as its CustomResourceDefinition has it.</summary>
/// <param name="Resource">Where its objects are served: in the version that is stored, else in another.</param>
/// <param name="Singular">What one of its objects is called, such as <c>gate</c>.</param>
/// <param name="CanBeSuspended">Whether it has a <c>spec.suspend</c> that says yes or no, as Flux's kinds do. One of another type is none that Sluice could set.</param>
internal sealed record DefinedKind(ApiResource Resource, string Singular, bool CanBeSuspended)
{
    /// <summary>Reads a definition; null where it serves no version.</summary>
    public static DefinedKind? Of(JsonObject definition)
    {
        var spec = definition["spec"]!;
        var version = spec["versions"]!.AsArray().Where(version => (bool?)version?["served"] == true).OrderByDescending(version => (bool?)version!["storage"] == true).FirstOrDefault();
        if (version is null)
            return null;
        var names = spec["names"]!;
        var resource = new ApiResource(
            Manifest.Text(spec["group"])!, Manifest.Text(version["name"])!, Manifest.Text(names["plural"])!, Manifest.Text(names["kind"])!, Manifest.Text(spec["scope"]) == "Namespaced");
        var suspend = version["schema"]?["openAPIV3Schema"]?["properties"]?["spec"]?["properties"]?["suspend"];
        return new(resource, Manifest.Text(names["singular"]) ?? resource.Plural, Manifest.Text(suspend?["type"]) == "boolean");
    }
}
