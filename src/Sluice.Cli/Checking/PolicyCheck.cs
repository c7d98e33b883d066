using System.Text.Json.Nodes;
using Sluice.Cli.Cluster;
using Sluice.Cli.Installing;
using Sluice.Kubernetes;

namespace Sluice.Cli.Checking;

/// <summary>Looks for what guards gates and gated objects as they are written: the API server's own policies, and the controller's webhook.</summary>
internal sealed class PolicyCheck(ClusterClient cluster)
{
    private static readonly ApiResource EndpointSlices = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice");

    /// <summary>Judges the policies that every cluster can have, and the way in which what names gates is held from birth.</summary>
    public async Task<IReadOnlyList<CheckLine>> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            var served = await Installer.ServesMutatingPoliciesAsync(cluster, cancellation);
            var webhook = await cluster.TryGetAsync(InstallKinds.Webhooks, new("", WebhookCheck.Name), cancellation);
            var guards = Policies(webhook is null ? AdmissionWay.None : AdmissionWay.Webhook, "Validating");
            var holders = served ? Policies(AdmissionWay.Policies, "Mutating") : [];
            var (guardsMissing, holdersMissing) = (await MissingAsync(guards, cancellation), await MissingAsync(holders, cancellation));
            List<CheckLine> lines =
            [
                Judge(guards, guardsMissing, "The API server guards gates and held objects by policies",
                    "without them, whoever may patch gates may open them, and a hold can be lifted for a moment", "config/default"),
            ];
            var byPolicies = holdersMissing.Count < holders.Count;
            if (byPolicies || served && webhook is null)
            {
                lines.Add(Judge(holders, holdersMissing, "The API server holds what names gates from birth, and stamps who makes a request",
                    "without them, what is created while its gate is closed may reconcile once before it is held", "config/default-mutating"));
            }

            if (webhook is not null)
                lines.Add(WebhookCheck.Check(webhook, await SlicesAsync(webhook, cancellation)));
            else if (!served)
                lines.Add(WebhookCheck.Missing);
            if (byPolicies && webhook is not null)
                lines.Add(WebhookCheck.Both);
            return lines;
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return [CheckLine.Notice("you may not read admission policies and webhooks, so whether they guard gates is not known", "ask who runs the cluster")];
        }
    }

    private static IReadOnlyList<InstallObject> Policies(AdmissionWay way, string kind) =>
        [.. InstallSet.Build(way).Where(item => InstallKinds.IsPolicy(item.Resource) && item.Resource.Kind.StartsWith(kind, StringComparison.Ordinal))];

    private static CheckLine Judge(IReadOnlyList<InstallObject> policies, IReadOnlyList<InstallObject> missing, string right, string consequence, string folder)
    {
        // A policy without its binding does nothing, and the other way round.
        var names = missing.GroupBy(policy => policy.Key.Name).Select(group => group.Count() == 1 ? group.Single().ToString() : group.Key).ToList();
        return names.Count == 0
            ? CheckLine.Right($"{right}: {string.Join(", ", policies.Select(policy => policy.Key.Name).Distinct())}")
            : CheckLine.Notice($"admission policies are not installed: {string.Join(", ", names)}; {consequence}", $"install Sluice with 'sluice install', or with 'kubectl apply -k {folder}'");
    }

    private async Task<IReadOnlyList<InstallObject>> MissingAsync(IReadOnlyList<InstallObject> policies, CancellationToken cancellation)
    {
        var found = await Task.WhenAll(policies.Select(async policy => (Policy: policy, IsThere: await cluster.TryGetAsync(policy.Resource, policy.Key, cancellation) is not null)));
        return [.. found.Where(policy => !policy.IsThere).Select(policy => policy.Policy)];
    }

    // Null where they are not known: whoever may not read them gets the rest of the check.
    private async Task<IReadOnlyList<JsonObject>?> SlicesAsync(JsonObject webhook, CancellationToken cancellation)
    {
        if (WebhookCheck.Service(webhook) is not { } service)
            return null;
        try
        {
            return await cluster.TryListAsync(EndpointSlices, new ListOptions { Namespace = service.Namespace, LabelSelector = $"kubernetes.io/service-name={service.Name}" }, cancellation);
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return null;
        }
    }
}
