using System.Globalization;
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
/// <param name="room">Told which bindings find no room.</param>
/// <param name="log">For who looks after Sluice.</param>
internal sealed partial class BindingWebhooks(
    KubernetesApi api, GateBindings bindings, Informer<WebhookConfiguration> configurations, IReadOnlyList<string> additionalKinds, WebhookRoom room, ILogger<BindingWebhooks> log)
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

        if (configurations.Cache.Find(new("", WebhookConfiguration.Name)) is not { } configuration)
        {
            // Policies do it, or nothing does.
            room.Observe(new Dictionary<BindingKey, string>());
            return ReconcileResult.Done;
        }

        if (configuration.Webhooks.GetValueOrDefault(Template)?["clientConfig"] is not JsonObject clientConfig
            // API servers would refuse what they ask about, since they cannot ask before there is an authority that they trust.
            || (string?)clientConfig["caBundle"] is not { Length: > 0 })
        {
            return ReconcileResult.Done;
        }

        var (wanted, lacking) = Fitting(clientConfig);
        var present = configuration.Webhooks.Where(webhook => BindingWebhookName.IsOne(webhook.Key)).ToDictionary();
        if (wanted.Count == present.Count && wanted.TrueForAll(webhook => JsonNode.DeepEquals(webhook, present.GetValueOrDefault((string)webhook["name"]!))))
        {
            room.Observe(lacking);
            return ReconcileResult.Done;
        }

        try
        {
            // No server-side apply: whoever writes the bundles, this controller or cert-manager, owns part of each webhook, which would keep it there.
            var all = configuration.Webhooks.Where(webhook => !BindingWebhookName.IsOne(webhook.Key)).Select(webhook => webhook.Value).Concat(wanted);
            configurations.Observe(await api.MergePatchAsync(
                WebhookConfiguration.Resource, configuration.Key, configuration.Write(all), new() { FieldManager = FieldManagers.Bindings }, WebhookConfiguration.Read, cancellation));
            LogWritten(wanted.Count);
            room.Observe(lacking);
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
    private (List<JsonObject> Wanted, Dictionary<BindingKey, string> Lacking) Fitting(JsonObject clientConfig)
    {
        var (wanted, lacking, total, ofNamespace) = (new List<JsonObject>(), new Dictionary<BindingKey, string>(), 0, new Dictionary<string, int>());
        foreach (var binding in bindings.All.OrderBy(binding => !binding.IsClusterWide).ThenBy(binding => binding.Key.ToString(), StringComparer.Ordinal))
        {
            if (BindingWebhook.Of(binding, clientConfig, additionalKinds) is not { } webhook)
            {
                continue;
            }

            var length = webhook.ToJsonString().Length;
            var before = ofNamespace.GetValueOrDefault(binding.Key.Namespace);
            var isNamespaceFull = !binding.IsClusterWide && before + length > LargestOfNamespace;
            if (isNamespaceFull || total + length > LargestConfiguration)
            {
                var key = new BindingKey(binding.IsClusterWide, binding.Key);
                lacking[key] = WhyNot(length, isNamespaceFull ? before : total, isNamespaceFull ? binding.Key.Namespace : null);
                if (room.WhyNot(key) is null)
                {
                    LogLeftOut(binding.Title, binding.Key, lacking[key]);
                }

                continue;
            }

            (total, ofNamespace[binding.Key.Namespace]) = (total + length, before + length);
            wanted.Add(webhook);
        }

        return (wanted, lacking);
    }

    // In KB, so that an authority that comes or goes seldom makes it another text.
    private static string WhyNot(int length, int taken, string? inNamespace) => string.Create(CultureInfo.InvariantCulture,
        $"What it alone selects is not born held but held a moment after its creation, in which Flux may deploy it: the binding needs {Kilobytes(length)} KB of MutatingWebhookConfiguration sluice, of which {(inNamespace is null ? $"all bindings may have {LargestConfiguration / 1000} KB" : $"those of namespace {inNamespace} may have {LargestOfNamespace / 1000} KB")}, and others have {Kilobytes(taken)} KB. Give it fewer names and exclusions (select by labels), or have fewer or smaller bindings {(inNamespace is null ? "in the cluster" : "in the namespace")}; with the policies of Kubernetes 1.36 there is no such limit");

    private static int Kilobytes(int bytes) => (bytes + 999) / 1000;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Binding} ({Key}) has no webhook. {Problem}")]
    private partial void LogLeftOut(string binding, ObjectKey key, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "MutatingWebhookConfiguration sluice asks about what {Count} bindings select now")]
    private partial void LogWritten(int count);
}
