using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>Votes at the gate <c>release</c>, and people who may cast them.</summary>
internal static class Voting
{
    private static int _votes;

    /// <summary>A vote as a manifest, about what the candidate was when <paramref name="gated"/> was read.</summary>
    public static async Task<JsonNode> VoteAsync(this Cluster cluster, JsonNode gated, string user, string decision)
    {
        var inNamespace = (string)gated["metadata"]!["namespace"]!;
        var gate = (await cluster.GetAsync(FluxResources.Gate, inNamespace, "release"))!;
        return JsonNode.Parse($$"""
            {"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "Approval",
             "metadata": {"name": "vote-{{Interlocked.Increment(ref _votes)}}", "namespace": "{{inNamespace}}"},
             "spec": {"gate": {"name": "release", "uid": "{{gate["metadata"]!["uid"]}}"},
              "target": {"kind": "GatedSource", "namespace": "{{inNamespace}}", "name": "{{gated["metadata"]!["name"]}}", "uid": "{{gated["metadata"]!["uid"]}}"},
              "revision": "{{GatedApp.Candidate(gated, "revision")}}", "digest": "{{GatedApp.Candidate(gated, "digest")}}", "specDigest": "{{GatedApp.Candidate(gated, "specDigest")}}",
              "decision": "{{decision}}", "approver": {"username": "{{user}}"} } }
            """)!;
    }

    /// <summary>kubectl as a user who has a role in a namespace.</summary>
    public static async Task<Kubectl> AsAsync(this Cluster cluster, string inNamespace, string user, string role, params string[] groups)
    {
        await cluster.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: {{user}}-{{role}}, namespace: {{inNamespace}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{role}}}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: {{user}}}]
            """);
        return cluster.ControlPlane.KubectlFor(user, groups);
    }
}
