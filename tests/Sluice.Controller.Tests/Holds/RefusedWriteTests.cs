using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Holds;

/// <summary>A cluster whose own policies do not let Sluice hold.</summary>
public sealed class RefusedWriteTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task A_hold_that_the_cluster_refuses_is_told_as_a_warning_on_the_object_and_written_as_soon_as_it_may_be()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.Kubectl.ApplyAsync($$$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: never-suspended}
            spec:
              failurePolicy: Fail
              matchConstraints:
                namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{{ns}}}}}
                resourceRules: [{apiGroups: [kustomize.toolkit.fluxcd.io], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [kustomizations]}]
              validations: [{expression: "!has(object.spec.suspend) || !object.spec.suspend", message: nothing is suspended here}]
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: never-suspended}
            spec: {policyName: never-suspended, validationActions: [Deny]}
            """);
        await _cluster.CreateGateAsync(ns, "gate", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await Eventually.GivesAsync("the policy is in force", async () =>
        {
            try
            {
                await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"suspend": true}}""");
                await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"suspend": null}}""");
                return "";
            }
            catch (KubernetesApiException e)
            {
                return e.Message;
            }
        }, refusal => refusal.Contains("nothing is suspended here", StringComparison.Ordinal));

        await _cluster.CloseAsync(ns, "gate");
        await Eventually.GivesAsync(
            "an Event warns that the object is not held, and why",
            () => _cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", """jsonpath={range .items[*]}{.type} {.reason} {.message}{"\n"}{end}"""),
            text => text.Contains("Warning HoldFailed", StringComparison.Ordinal) && text.Contains("nothing is suspended here", StringComparison.Ordinal));

        await _cluster.Kubectl.RunAsync("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", "never-suspended");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }
}
