using Sluice.Cli.Cluster;
using Sluice.Cli.Installing;
using Sluice.Kubernetes;

namespace Sluice.Cli.Checking;

/// <summary>Looks for the policies by which the API server itself guards gates and gated objects.</summary>
internal sealed class PolicyCheck(ClusterClient cluster)
{
    /// <summary>Judges those that every cluster can have, and those that need MutatingAdmissionPolicy where the API server has it.</summary>
    public async Task<IReadOnlyList<CheckLine>> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            var mutating = await Installer.ServesMutatingPoliciesAsync(cluster, cancellation);
            var policies = InstallSet.Build(mutating).Where(item => InstallKinds.IsAdmission(item.Resource)).ToLookup(item => item.Resource.Kind.StartsWith("Mutating", StringComparison.Ordinal));
            List<CheckLine> lines =
            [
                await CheckAsync([.. policies[false]], "The API server guards gates and held objects by policies",
                    "without them, whoever may patch gates may open them, and a hold can be lifted for a moment", cancellation),
            ];
            if (mutating)
            {
                lines.Add(await CheckAsync([.. policies[true]], "The API server holds what names gates from birth, and stamps who makes a request",
                    "without them, what is created while its gate is closed may reconcile once before it is held", cancellation));
            }

            return lines;
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return [CheckLine.Notice("you may not read admission policies, so whether they guard gates is not known", "ask who runs the cluster")];
        }
    }

    private async Task<CheckLine> CheckAsync(IReadOnlyList<InstallObject> policies, string right, string consequence, CancellationToken cancellation)
    {
        var found = await Task.WhenAll(policies.Select(async policy => (Policy: policy, IsThere: await cluster.TryGetAsync(policy.Resource, policy.Key, cancellation) is not null)));
        // A policy without its binding does nothing, and the other way round.
        var missing = found.Where(policy => !policy.IsThere).GroupBy(policy => policy.Policy.Key.Name)
            .Select(group => group.Count() == 1 ? group.Single().Policy.ToString() : group.Key).ToList();
        return missing.Count == 0
            ? CheckLine.Right($"{right}: {string.Join(", ", policies.Select(policy => policy.Key.Name).Distinct())}")
            : CheckLine.Notice($"admission policies are not installed: {string.Join(", ", missing)}; {consequence}", "install Sluice with 'sluice install', or with 'kubectl apply -k config/default'");
    }
}
