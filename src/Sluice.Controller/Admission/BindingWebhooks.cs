using System.Text.Json.Nodes;
using Sluice.Api.Bindings;
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

    // In bytes. An API server stores 1.5 MB, of which managedFields take about as much as half of what they are about.
    private const int LargestConfiguration = 700_000;
    private const int LargestOfNamespace = 50_000;

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

        var wanted = Fitting(clientConfig);
        var present = configuration.Webhooks.Where(webhook => BindingWebhookName.IsOne(webhook.Key)).ToDictionary();
        if (wanted.Count == present.Count && wanted.TrueForAll(webhook => JsonNode.DeepEquals(webhook, present.GetValueOrDefault((string)webhook["name"]!))))
        {
            return ReconcileResult.Done;
        }

        try
        {
            // No server-side apply: whoever writes the bundles, this controller or cert-manager, owns part of each webhook, which would keep it there.
            var all = configuration.Webhooks.Where(webhook => !BindingWebhookName.IsOne(webhook.Key)).Select(webhook => webhook.Value).Concat(wanted);
            configurations.Observe(await api.MergePatchAsync(
                WebhookConfiguration.Resource, configuration.Key, configuration.Write(all), new() { FieldManager = FieldManagers.Bindings }, WebhookConfiguration.Read, cancellation));
            LogWritten(wanted.Count);
        }
        catch (KubernetesApiException e) when (e.IsConflict || e.IsNotFound)
        {
            // Changed meanwhile, by who looks after the certificates: the watch says what they wrote.
            return new() { Retry = true };
        }

        return ReconcileResult.Done;
    }

    /// <summary>
    /// The webhooks of the bindings, as many as an API server stores: those of the cluster first, then those of namespaces, of which none may take
    /// the place of the others.
    /// </summary>
    private List<JsonObject> Fitting(JsonObject clientConfig)
    {
        var (wanted, total, ofNamespace) = (new List<JsonObject>(), 0, new Dictionary<string, int>());
        foreach (var binding in bindings.All.OrderBy(binding => !binding.IsClusterWide).ThenBy(binding => binding.Key.ToString(), StringComparer.Ordinal))
        {
            if (BindingWebhook.Of(binding, clientConfig, additionalKinds) is not { } webhook)
            {
                continue;
            }

            var length = webhook.ToJsonString().Length;
            var before = ofNamespace.GetValueOrDefault(binding.Key.Namespace);
            if (total + length > LargestConfiguration || (!binding.IsClusterWide && before + length > LargestOfNamespace))
            {
                LogLeftOut(binding.Title, binding.Key, length);
                continue;
            }

            (total, ofNamespace[binding.Key.Namespace]) = (total + length, before + length);
            wanted.Add(webhook);
        }

        return wanted;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Binding} ({Key}) has no webhook, which would take {Length} bytes of MutatingWebhookConfiguration sluice, more than there is room for: what it alone selects is held a moment after it was created. Give it fewer names or exclusions, or have fewer bindings in that namespace")]
    private partial void LogLeftOut(string binding, ObjectKey key, int length);

    [LoggerMessage(Level = LogLevel.Information, Message = "MutatingWebhookConfiguration sluice asks about what {Count} bindings select now")]
    private partial void LogWritten(int count);
}
