using Sluice.Gating.Signatures;

namespace Sluice.Gating.Tests.Signatures;

/// <summary>What alice says in these tests, and its check.</summary>
internal static class Said
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    public static readonly ApprovalClaim Claim = new()
    {
        Gate = new("apps", "release", "7d1cbd58-bb87-43a9-9f2e-0a3a3c3f5c01"),
        TargetKind = "GatedSource",
        Target = new("apps", "app", "c0b3f6d4-70c5-4b8e-8f83-6d1ee2a0c502"),
        Candidate = new("main@sha1:bbbb", "sha256:e38d192021b04179518d9614f3560ccd71352b42de07c9cbe0fd5d6c2b3a0e11", "sha256:01"),
        Decision = "approve",
        Approver = "alice",
        Reason = "\"reviewed\" ✓",
        ExpiresAt = Noon.AddHours(8),
    };

    public static readonly ApprovalStatement Statement = new(Claim, Noon, "0123456789abcdef");

    public static byte[] Bytes => Statement.ToBytes();

    public static SignatureCheck Check(SignatureMaterial? signature, params TrustedKey[] keys) => Check(signature, Claim, keys);

    public static SignatureCheck Check(SignatureMaterial? signature, ApprovalClaim claim, params TrustedKey[] keys) =>
        SignatureCheck.Of(signature, claim, Noon.AddMinutes(1), new(keys));
}
