using System.Text.Json.Nodes;
using Sluice.Api.Metadata;
using Sluice.Controller.Bindings;
using Sluice.Controller.Certificates;
using Sluice.Kubernetes;

namespace Sluice.Controller.Admission;

/// <summary>
/// Keeps a webhook for each binding in the MutatingWebhookConfiguration, so that API servers that cannot take bindings as parameters of a policy ask
/// about what they select. Only the leader does: replicas may have seen different bindings.
/// </summary>
/// <param name="api">The API server.</param>
/// <param name="bindings">The bindings of the cluster: all of them, for what is not among them is taken away.</param>
/// <param name="configurations">The configuration, which people install. Nothing is done where it is not.</param>
/// <param name="additionalKinds">Kinds beside Flux's own that may be held, as <c>plural.group</c>.</param>
/// <param name="log">For who looks after Sluice.</param>
internal sealed partial class BindingWebhooks(
    KubernetesApi api, GateBindings bindings, Informer<WebhookConfiguration> configurations, IReadOnlyList<string> additionalKinds, ILogger<BindingWebhooks> log)
{
    private const string Template = "gated-objects.gating.toolkit.fluxcd.io";

    /// <summary>Looks, and writes what is to be written, which is nothing when all is as it should be.</summary>
    public async Task<ReconcileResult> ReconcileAsync(CancellationToken cancellation)
    {
        if (!bindings.AreKnown)
        {
            return ReconcileResult.After(Gated.GateEvaluator.Pause);
        }

        if (configurations.Cache.Find(new("", WebhookConfiguration.Name)) is not { } configuration
            || configuration.Webhooks.GetValueOrDefault(Template)?["clientConfig"] is not JsonObject clientConfig
            // API servers would refuse what they ask about, since they cannot ask before there is an authority that they trust.
            || (string?)clientConfig["caBundle"] is not { Length: > 0 })
        {
            return ReconcileResult.Done;
        }

        List<JsonObject> wanted = [.. bindings.All.Select(binding => BindingWebhook.Of(binding, clientConfig, additionalKinds)).OfType<JsonObject>()
            .OrderBy(webhook => (string?)webhook["name"], StringComparer.Ordinal)];
        var present = configuration.Webhooks.Where(webhook => BindingWebhook.IsOne(webhook.Key)).ToDictionary();
        if (wanted.Count == present.Count && wanted.TrueForAll(webhook => JsonNode.DeepEquals(webhook, present.GetValueOrDefault((string)webhook["name"]!))))
        {
            return ReconcileResult.Done;
        }

        try
        {
            configurations.Observe(await api.ApplyAsync(
                WebhookConfiguration.Resource, configuration.Key, configuration.Write(wanted), new(FieldManagers.Bindings) { Force = true }, WebhookConfiguration.Read, cancellation));
            LogWritten(wanted.Count);
        }
        catch (KubernetesApiException e) when (e.IsConflict || e.IsNotFound)
        {
            // Changed meanwhile, by who looks after the certificates: the watch says what they wrote.
            return new() { Retry = true };
        }

        return ReconcileResult.Done;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "MutatingWebhookConfiguration sluice asks about what {Count} bindings select now")]
    private partial void LogWritten(int count);
}
