using Sluice.Api.Gated;
using Sluice.Controller.Discovery;
using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Bindings;

/// <summary>
/// The objects by which Flux and Sluice themselves are deployed, as far as their custom resource definitions say: Flux labels what it applies
/// with the Kustomization or the HelmRelease that it comes from. The source of the same name, as <c>flux bootstrap</c> makes it, counts too.
/// </summary>
/// <param name="definitions">The custom resource definitions of the cluster.</param>
internal sealed class Lifelines(ObjectCache<ObservedDefinition> definitions)
{
    /// <summary>Those of <paramref name="objects"/> that are.</summary>
    public IEnumerable<GatedKey> Among(IEnumerable<GatedKey> objects)
    {
        var deployers = Deployer.Definitions.Select(name => definitions.Find(new("", name))?.DeployedBy).OfType<Deployer>().ToHashSet();
        return objects.Where(found => deployers.Any(deployer =>
            new ObjectKey(deployer.Namespace, deployer.Name) == found.Key && (deployer.Kind == found.Kind.Kind || found.Kind.Group == "source.toolkit.fluxcd.io")));
    }
}
