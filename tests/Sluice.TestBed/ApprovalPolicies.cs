namespace Sluice.TestBed;

/// <summary>The policies by which nobody approves in another's name, or makes what Flux is told to deploy from.</summary>
public static class ApprovalPolicies
{
    private const string Forged = """
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: Approval
        metadata: {name: probe, namespace: default}
        spec:
          gate: {name: none, uid: none}
          target: {kind: GatedSource, namespace: default, name: none, uid: none}
          revision: none
          digest: sha256:00
          specDigest: sha256:00
          decision: approve
          approver: {username: somebody-else}
        """;

    private const string Source = """
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: GitRepository
        metadata: {name: probe, namespace: default}
        spec: {interval: 1h, url: "https://git.example.org/probe.git"}
        """;

    /// <summary>
    /// Waits until they are in force, which is a moment after they were created: even who may do everything is refused a vote of somebody else's; and
    /// until the gated sources are known that they look at, before which no source is taken.
    /// </summary>
    public static async Task InForceAsync(ControlPlane controlPlane)
    {
        await Eventually.GivesAsync(
            "the policies are in force", () => TryAsync(controlPlane, Forged), refusal => refusal.Contains("the approver must be who creates the approval", StringComparison.Ordinal));
        await Eventually.GivesAsync("sources are taken", () => TryAsync(controlPlane, Source), said => said.Contains("created (server dry run)", StringComparison.Ordinal));
    }

    private static Task<string> TryAsync(ControlPlane controlPlane, string manifest) => controlPlane.Kubectl.TryAsync(["create", "--dry-run=server", "-f", "-"], manifest);
}
