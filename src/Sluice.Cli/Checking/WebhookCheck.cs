using System.Text.Json.Nodes;
using Sluice.Cli.Installing;
using Sluice.Cli.Manifests;
using Sluice.Kubernetes;

namespace Sluice.Cli.Checking;

/// <summary>Judges the MutatingWebhookConfiguration that has API servers ask the controller about what names gates.</summary>
internal static class WebhookCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "sluice";

    private const string Configuration = "MutatingWebhookConfiguration " + Name, Install = "run 'sluice install', or 'kubectl apply -k config/webhook'";

    /// <summary>Where there is none, and the API server has no policies that would do the same.</summary>
    public static CheckLine Missing { get; } = CheckLine.Notice(
        $"there is no {Configuration}, and this API server has no MutatingAdmissionPolicy v1 (Kubernetes 1.36): what is created while its gate is closed may reconcile once before it is held", Install);

    /// <summary>Where there is one beside the API server's policies.</summary>
    public static CheckLine Both { get; } = CheckLine.Notice(
        $"policies and {Configuration} both hold what names gates from birth: one of them is enough", "'sluice install' leaves the one that fits this API server, and takes the other away");

    /// <summary>The Service by which API servers reach the webhook; null where they reach it otherwise.</summary>
    public static ObjectKey? Service(JsonObject configuration) =>
        Webhooks(configuration).Select(webhook => webhook["clientConfig"]?["service"]).FirstOrDefault(service => service is not null) is { } service
            ? new ObjectKey(Manifest.Text(service["namespace"]) ?? "", Manifest.Text(service["name"]) ?? "") : null;

    /// <summary>Judges it.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="slices">The EndpointSlices of its Service; null where they are not known.</param>
    public static CheckLine Check(JsonObject configuration, IReadOnlyList<JsonObject>? slices)
    {
        var webhooks = Webhooks(configuration);
        var untrusted = webhooks.Where(webhook => Manifest.Text(webhook["clientConfig"]?["caBundle"]) is not { Length: > 0 }).ToList();
        if (untrusted.Count > 0)
        {
            return CheckLine.Wrong($"{Configuration} has no caBundle for {Names(untrusted)}, so API servers cannot ask sluice-controller about what names gates: {Consequence(untrusted)}",
                "sluice-controller puts it there when it runs with --webhook-addr: see its log, and run 'sluice install' again. Where cert-manager is to do it, see that its injector runs");
        }

        if (Service(configuration) is { } service && slices?.Sum(Ready) == 0)
        {
            return CheckLine.Wrong($"no pod answers behind Service {service}, by which {Configuration} has API servers ask about what names gates: {Consequence(webhooks)}",
                $"see 'kubectl -n {service.Namespace} describe service/{service.Name} pods -l app={InstallSet.ControllerName}'; the webhook is served with --webhook-addr=:9443");
        }

        // The controller adds some of its own.
        var shipped = Webhooks(InstallSet.Build(AdmissionWay.Webhook).Single(item => item.Resource == InstallKinds.Webhooks).Json);
        var missing = shipped.ExceptBy(webhooks.Select(NameOf), NameOf).ToList();
        var lenient = webhooks.Where(IsLenient).IntersectBy(shipped.Select(NameOf), NameOf).ToList();
        return missing.Count > 0 ? CheckLine.Notice($"{Configuration} has no webhook {Names(missing)}, so not everything that names gates is held from birth", Install)
            : lenient.Count > 0 ? CheckLine.Notice($"{Configuration} lets through what sluice-controller does not answer in time (failurePolicy Ignore of {Names(lenient)})", Install)
            : CheckLine.Right($"sluice-controller holds what names gates from birth, and stamps who makes a request: {Configuration}");
    }

    private static string Consequence(IEnumerable<JsonObject> unanswered) => unanswered.All(IsLenient) ? "it may reconcile once before it is held" : "they refuse it";

    private static bool IsLenient(JsonObject webhook) => Manifest.Text(webhook["failurePolicy"]) == "Ignore";

    private static IReadOnlyList<JsonObject> Webhooks(JsonObject configuration) => [.. (configuration["webhooks"] as JsonArray ?? []).OfType<JsonObject>()];

    private static string Names(IEnumerable<JsonObject> webhooks) => string.Join(", ", webhooks.Select(NameOf));

    private static string NameOf(JsonObject webhook) => Manifest.Text(webhook["name"]) ?? "";

    // An endpoint that does not say whether it is ready is.
    private static int Ready(JsonObject slice) => (slice["endpoints"] as JsonArray ?? []).Count(endpoint => (bool?)endpoint?["conditions"]?["ready"] != false);
}
