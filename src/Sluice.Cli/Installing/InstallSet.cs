using System.Text.Json.Nodes;
using Sluice.Cli.Manifests;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>What is installed: <c>config/default-mutating</c>, <c>config/webhook</c> or <c>config/default</c>.</summary>
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

    /// <summary>The Secret that the controller makes for its webhook, with <see cref="PartOfLabel"/>. One that cert-manager makes has the name alone.</summary>
    public const string WebhookSecret = "sluice-webhook-certificates";

    private static readonly List<ApiResource> Order = [.. InstallKinds.All];

    /// <summary>The objects, in the order in which they are installed.</summary>
    /// <param name="way">How what is gated comes to be held from birth.</param>
    /// <param name="inNamespace">The namespace, which is Flux's; null: <see cref="DefaultNamespace"/>.</param>
    /// <param name="image">The controller's image; null: the manifests' own, which names no registry.</param>
    public static IReadOnlyList<InstallObject> Build(AdmissionWay way, string? inNamespace = null, string? image = null)
    {
        var objects = EmbeddedManifests.Build(way switch
        {
            AdmissionWay.Policies => "config/default-mutating",
            AdmissionWay.Webhook => "config/webhook",
            _ => "config/default",
        });
        if (image is not null)
        {
            foreach (var controller in objects.Where(IsDeployment).Select(Controller))
                controller["image"] = image;
        }

        if (inNamespace is not null && inNamespace != DefaultNamespace)
        {
            foreach (var json in objects)
                Move(json, inNamespace);
        }

        return [.. objects.Select(Named).OrderBy(Place)];
    }

    /// <summary>
    /// Everything that may have been installed, by this program or by kustomize, whichever way, in the order in which it is; and what the
    /// controller makes for its webhook, of which there is only the name here.
    /// </summary>
    public static IReadOnlyList<InstallObject> Everything(string inNamespace) =>
        [.. Enum.GetValues<AdmissionWay>().Select(way => Build(way, inNamespace)).SelectMany(objects => objects.Concat(Made(objects, inNamespace))).DistinctBy(Name).OrderBy(Place)];

    /// <summary>
    /// What there would be beside these, had they been installed in another way, in the order in which it goes: what the controller has made
    /// comes last, when it has no right any more to make it anew.
    /// </summary>
    public static IReadOnlyList<InstallObject> Others(IReadOnlyList<InstallObject> objects, string inNamespace) =>
        [.. Everything(inNamespace).ExceptBy(objects.Concat(Made(objects, inNamespace)).Select(Name), Name).Reverse().OrderBy(item => item.Key.Name == WebhookSecret)];

    /// <summary>The controller's image, as the manifests name it.</summary>
    public static string Image(IEnumerable<InstallObject> objects) => (string)Controller(objects.Single(item => IsDeployment(item.Json)).Json)["image"]!;

    private static IEnumerable<InstallObject> Made(IEnumerable<InstallObject> objects, string inNamespace) =>
        objects.Any(item => item.Resource == InstallKinds.Webhooks)
            ? [Named(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = WebhookSecret, ["namespace"] = inNamespace } })]
            : [];

    private static (ApiResource, ObjectKey) Name(InstallObject item) => (item.Resource, item.Key);

    private static int Place(InstallObject item) => Order.IndexOf(item.Resource);

    private static bool IsDeployment(JsonObject json) => Manifest.Text(json["kind"]) == InstallKinds.Deployments.Kind;

    private static JsonObject Controller(JsonObject deployment) => deployment["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject();

    // Names of objects, of who is bound to a role, of the Service that events go to, and of the one by which API servers reach the webhook.
    private static void Move(JsonObject json, string inNamespace)
    {
        if (json["metadata"]!["namespace"] is not null)
            json["metadata"]!["namespace"] = inNamespace;
        foreach (var subject in (json["subjects"] as JsonArray ?? []).Where(subject => subject!["namespace"] is not null))
            subject!["namespace"] = inNamespace;
        foreach (var service in (json["webhooks"] as JsonArray ?? []).Select(webhook => webhook!["clientConfig"]!["service"]!))
            service["namespace"] = inNamespace;
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
