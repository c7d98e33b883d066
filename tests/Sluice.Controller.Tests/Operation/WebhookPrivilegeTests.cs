using System.Globalization;
using Sluice.Controller.Tests.Admission;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Operation;

/// <summary>What <c>config/admission/webhook</c> gives beside the requests that the controller makes to look after the webhook.</summary>
public sealed class WebhookPrivilegeTests(Cluster cluster) : IClassFixture<Cluster>
{
    private const string Ns = "flux-system";

    private static readonly ApiResource ClusterRoles = new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", Namespaced: false);
    private static readonly ApiResource Roles = new("rbac.authorization.k8s.io", "v1", "roles", "Role");

    [Fact]
    public async Task The_controller_uses_every_right_that_the_webhook_adds_and_is_refused_none()
    {
        await cluster.Kubectl.RunAsync("create", "namespace", Ns);
        await cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "webhook"));
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane, $"{Ns}:sluice-controller");
        string[] flags = [$"--runtime-namespace={Ns}", "--trust-requested-by", "--webhook-host=127.0.0.1", $"--webhook-addr=127.0.0.1:{LoopbackPort.Free().ToString(CultureInfo.InvariantCulture)}"];
        await using (var first = await RunningController.StartAsync(proxy.KubeconfigPath, flags))
        {
            await cluster.Kubectl.ApplyAsync($$"""
                apiVersion: gating.toolkit.fluxcd.io/v1alpha1
                kind: GateBinding
                metadata: {name: production, namespace: {{Ns}} }
                spec: {gates: [{name: gate}]}
                """);
            await cluster.UntilAsync(WebhookCluster.Configuration, "", "sluice", "has a webhook for the binding", found => found["webhooks"]!.AsArray().Count == 3);
            await cluster.Kubectl.RunAsync("-n", Ns, "patch", "secret", "sluice-webhook-certificates", "--type=merge", "-p", """{"stringData": {"tls.crt": "rubbish"} }""");
            await cluster.UntilAsync(WebhookCluster.Secret, Ns, "sluice-webhook-certificates", "is made anew", found => (string?)found["data"]!["tls.crt"] != "cnViYmlzaA==");
        }

        // An older API server lists where a newer one watches from the beginning.
        proxy.RefusesWatchLists = true;
        await using var second = await RunningController.StartAsync(proxy.KubeconfigPath, flags);

        var granted = ApiRight.Of((await cluster.GetAsync(ClusterRoles, "", "sluice-controller-webhook"))!)
            .Concat(ApiRight.Of((await cluster.GetAsync(Roles, Ns, "sluice-controller-webhook"))!)).ToList();
        var used = ApiRight.UsedBy(proxy);
        proxy.Answers.Where(answer => answer.Status is 401 or 403).Should().BeEmpty("config/webhook gives what the controller asks for");
        string.Join('\n', granted.Where(right => !used.Any(right.Gives))).Should().BeEmpty("a right that is not used is not to be given");
    }
}
