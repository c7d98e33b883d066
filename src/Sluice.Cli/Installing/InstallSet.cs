using System.Text.Json.Nodes;
using Sluice.Cli.Manifests;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>What is installed: <c>config/default</c>, and <c>config/default-mutating</c> where the API server has MutatingAdmissionPolicy.</summary>
internal static class InstallSet
{
    /// <summary>Where Flux is, as a rule, and the manifests' own namespace.</summary>
    public const string DefaultNamespace = "flux-system";

    /// <summary>The label of every object.</summary>
    public const string PartOfLabel = "app.kubernetes.io/part-of";

    /// <summary>The value of <see cref="PartOfLabel"/>.</summary>
    public const string PartOf = "sluice";

    /// <summary>The name of the Deployment, and of the label <c>app</c> of its pods.</summary>
    public const string ControllerName = "sluice-controller";

    /// <summary>The objects, in the order in which they are installed.</summary>
    /// <param name="mutating">Whether with the policies that change objects.</param>
    /// <param name="inNamespace">The namespace, which is Flux's; null: <see cref="DefaultNamespace"/>.</param>
    /// <param name="image">The controller's image; null: the manifests' own, which names no registry.</param>
    public static IReadOnlyList<InstallObject> Build(bool mutating, string? inNamespace = null, string? image = null)
    {
        var objects = EmbeddedManifests.Build("config/default");
        if (mutating)
        {
            // As config/default-mutating has it: who makes a request is stamped there, so the stamp can be believed.
            objects = [.. objects, .. EmbeddedManifests.Build("config/admission/mutating")];
            foreach (var controller in objects.Where(IsDeployment).Select(Controller))
                controller["args"]!.AsArray().Add((JsonNode)"--trust-requested-by");
        }

        if (image is not null)
        {
            foreach (var controller in objects.Where(IsDeployment).Select(Controller))
                controller["image"] = image;
        }

        return Arrange(objects, inNamespace);
    }

    /// <summary>Everything that may have been installed, by this program or by kustomize: with the webhook of <c>config/webhook</c>, too.</summary>
    public static IReadOnlyList<InstallObject> Everything(string inNamespace) => Arrange(
        [.. EmbeddedManifests.Build("config/default"), .. EmbeddedManifests.Build("config/admission/mutating"), .. EmbeddedManifests.ResourcesOf("config/admission/webhook")], inNamespace);

    /// <summary>The controller's image, as the manifests name it.</summary>
    public static string Image(IEnumerable<InstallObject> objects) => (string)Controller(objects.Single(item => IsDeployment(item.Json)).Json)["image"]!;

    private static bool IsDeployment(JsonObject json) => Manifest.Text(json["kind"]) == InstallKinds.Deployments.Kind;

    private static JsonObject Controller(JsonObject deployment) => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject();

    private static IReadOnlyList<InstallObject> Arrange(IReadOnlyList<JsonObject> objects, string? inNamespace)
    {
        if (inNamespace is not null && inNamespace != DefaultNamespace)
        {
            foreach (var json in objects)
                Move(json, inNamespace);
        }

        var order = InstallKinds.All.ToList();
        return [.. objects.Select(Named).OrderBy(item => order.IndexOf(item.Resource))];
    }

    // Names of objects, of who is bound to a role, and of the Service that events go to.
    private static void Move(JsonObject json, string inNamespace)
    {
        if (json["metadata"]!["namespace"] is not null)
            json["metadata"]!["namespace"] = inNamespace;
        foreach (var subject in (json["subjects"] as JsonArray ?? []).Where(subject => subject!["namespace"] is not null))
            subject!["namespace"] = inNamespace;
        if (IsDeployment(json))
        {
            var args = Controller(json)["args"]!.AsArray();
            for (var i = 0; i < args.Count; i++)
                args[i] = ((string)args[i]!).Replace($".{DefaultNamespace}.svc", $".{inNamespace}.svc", StringComparison.Ordinal);
        }
    }

    private static InstallObject Named(JsonObject json)
    {
        var (apiVersion, kind) = (Manifest.Text(json["apiVersion"]), Manifest.Text(json["kind"]));
        if (!InstallKinds.TryFind(apiVersion, kind, out var resource))
            throw new InvalidOperationException($"config/ has a {apiVersion} {kind}, of which sluice install does not know when to install it.");
        var metadata = json["metadata"]!;
        return new(resource, new ObjectKey(Manifest.Text(metadata["namespace"]) ?? "", Manifest.Text(metadata["name"])!), json);
    }
}
