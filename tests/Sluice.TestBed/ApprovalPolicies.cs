namespace Sluice.TestBed;

/// <summary>The policies by which nobody approves in another's name.</summary>
public static class ApprovalPolicies
{
    /// <summary>Waits until they are in force, which is a moment after they were created: even who may do everything is refused a vote of somebody else's.</summary>
    public static Task InForceAsync(ControlPlane controlPlane) => Eventually.GivesAsync(
        "the policies are in force", () => ForgeAsync(controlPlane), refusal => refusal.Contains("the approver must be who creates the approval", StringComparison.Ordinal));

    private static async Task<string> ForgeAsync(ControlPlane controlPlane)
    {
        try
        {
            return await controlPlane.Kubectl.RunAsync(["create", "--dry-run=server", "-f", "-"],
                """
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
                """);
        }
        catch (KubectlException e)
        {
            return e.Message;
        }
    }
}
