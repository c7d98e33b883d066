using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Discovery;

/// <summary>Finds the version at which the cluster serves a kind, since Flux's releases differ in it.</summary>
internal sealed class ServedKinds(KubernetesApi api)
{
    /// <summary>
    /// The kind and where it is served, or null when it is not, which is normal for a moment after its definition was created.
    /// The group's preferred version wins.
    /// </summary>
    /// <param name="crdName">The definition's name, for example <c>kustomizations.kustomize.toolkit.fluxcd.io</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<(GatedKind Kind, ApiResource Resource)?> FindAsync(string crdName, CancellationToken cancellation)
    {
        if (!ResourceName.TryParse(crdName, out var name))
        {
            return null;
        }

        var (plural, group) = name;
        var served = await TryGetAsync($"/apis/{group}", cancellation);
        var preferred = (string?)served?["preferredVersion"]?["version"];
        var versions = served?["versions"]?.AsArray().Select(version => (string?)version?["version"]) ?? [];
        foreach (var version in versions.Prepend(preferred).OfType<string>().Distinct())
        {
            var resources = (await TryGetAsync($"/apis/{group}/{version}", cancellation))?["resources"]?.AsArray() ?? [];
            if (resources.FirstOrDefault(resource => (string?)resource?["name"] == plural) is { } found)
            {
                var kind = GatedKind.OfFlux.FirstOrDefault(kind => kind.CrdName == crdName) ?? new(group, (string?)found["kind"] ?? plural, plural);
                return (kind, new(group, version, plural, kind.Kind));
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a kind has <c>spec.suspend</c> at the version where it is served: ImagePolicy has not before Flux 2.7. The API server drops a field that
    /// the kind has not, without a word, so a hold would be one in name only.
    /// </summary>
    /// <param name="crdName">The definition's name.</param>
    /// <param name="version">The version where the kind is served.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> HasSuspendAsync(string crdName, string version, CancellationToken cancellation)
    {
        // A list of one: list and watch are all the rights there are to definitions.
        var list = await TryGetAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldSelector=metadata.name%3D{crdName}", cancellation);
        var served = list?["items"]?.AsArray().FirstOrDefault()?["spec"]?["versions"]?.AsArray().FirstOrDefault(found => (string?)found?["name"] == version);
        var schema = served?["schema"]?["openAPIV3Schema"];
        var spec = schema?["properties"]?["spec"];
        // A definition that is gone by now is told by the watch; until then it has what it had.
        return served is null || spec?["properties"]?["suspend"] is not null || KeepsUnknownFields(spec) || KeepsUnknownFields(schema);
    }

    private static bool KeepsUnknownFields(JsonNode? schema) => (bool?)schema?["x-kubernetes-preserve-unknown-fields"] == true;

    private async Task<JsonNode?> TryGetAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return JsonNode.Parse((await api.GetRawAsync(path, cancellation)).Span);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
