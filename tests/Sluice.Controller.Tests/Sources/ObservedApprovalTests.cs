using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Approvals;
using Sluice.Gating.Approvals;
using Sluice.Gating.Signatures;

namespace Sluice.Controller.Tests.Sources;

/// <summary>An approval as the controller has it in its cache.</summary>
public sealed class ObservedApprovalTests
{
    private readonly SigningKey _key = new();

    [Fact]
    public void A_signature_is_checked_once_for_the_keys_of_a_gate_and_anew_for_others()
    {
        var approval = Read();
        var first = approval.Under(Rules(_key)).Signature;
        first!.Fault.Should().BeNull();
        // The gate was read again: its keys are other objects with the same content.
        approval.Under(Rules(_key)).Signature.Should().BeSameAs(first);
        approval.Under(Rules(new())).Signature!.Fault.Should().Be("it is signed by none of the gate's keys");
        approval.Under(Rules(_key)).Signature!.Fault.Should().BeNull();
    }

    [Fact]
    public void A_signature_is_kept_byte_for_byte_though_it_is_packed()
    {
        var approval = Read();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        approval.Under(Rules(_key)).Signature!.Fault.Should().BeNull();
    }

    [Fact]
    public void Where_the_gate_has_no_keys_nothing_is_checked()
    {
        Read().Under(new()).Signature.Should().BeNull();
        Read().Under(null).Signature.Should().BeNull();
    }

    private static ApprovalRules Rules(SigningKey key) =>
        PublicKeyPem.TryRead(key.Pem, "key", null, out var keys, out var problem) ? new() { Keys = new(keys) } : throw new InvalidOperationException(problem);

    private ObservedApproval Read()
    {
        var now = TimeProvider.System.GetUtcNow();
        var vote = _key.Sign(JsonNode.Parse($$"""
            {"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "Approval",
             "metadata": {"name": "vote", "namespace": "apps", "uid": "1", "resourceVersion": "1", "creationTimestamp": "{{now:yyyy-MM-ddTHH:mm:ssZ}}"},
             "spec": {"gate": {"name": "release", "uid": "2"}, "target": {"kind": "GatedSource", "namespace": "apps", "name": "app", "uid": "3"},
              "revision": "main@sha1:aa", "digest": "sha256:01", "specDigest": "sha256:02", "decision": "approve", "approver": {"username": "alice"} } }
            """)!);
        return ObservedApproval.Read(Encoding.UTF8.GetBytes(vote.ToJsonString()))!;
    }
}
