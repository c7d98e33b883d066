using System.Security.Cryptography;
using Sluice.Api.Approvals;
using Sluice.Gating.Signatures;
using Sluice.Gating.Time;

namespace Sluice.Cli.Signing;

/// <summary>Where the signatures of approvals come from: a private key, or files that were signed elsewhere.</summary>
/// <param name="Key">The key.</param>
/// <param name="Given">What was signed elsewhere; null where there is a key.</param>
/// <param name="Statement">What it says, taken as it is: it is not verified here.</param>
internal sealed record Signatory(SigningKey? Key, ApprovalSignature? Given, ApprovalStatement? Statement)
{
    /// <summary>With a key.</summary>
    public static Signatory With(SigningKey key) => new(key, null, null);

    /// <summary>With files.</summary>
    /// <param name="statement">The bytes that were signed; null: they are in the bundle.</param>
    /// <param name="value">The signature in base64, as cosign prints it.</param>
    /// <param name="bundle">The bundle, as cosign writes it.</param>
    /// <exception cref="CommandException">There is no statement in them.</exception>
    public static Signatory Of(byte[]? statement, string? value, string? bundle)
    {
        var given = new ApprovalSignature { Statement = statement is null ? null : Convert.ToBase64String(statement), Value = value?.Trim(), Bundle = bundle?.Trim() };
        return new SignatureMaterial(given.Statement, given.Value, given.Bundle).TryReadStatement(out var says, out var problem)
            ? new(null, given, says) : throw new CommandException($"what was signed cannot be used: {problem}");
    }

    /// <summary>A statement that says what an approval says, from now on, told from all others.</summary>
    public static ApprovalStatement NewStatement(Approval approval, DateTimeOffset now) =>
        new(approval.ToClaim(), Rfc3339.WholeSecond(now), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));

    /// <summary>The approval with its signature.</summary>
    public Approval Sign(Approval approval, DateTimeOffset now)
    {
        if (Given is not null)
            return approval with { Spec = approval.Spec with { Signature = Given } };
        var statement = NewStatement(approval, now).ToBytes();
        var signature = new ApprovalSignature { Statement = Convert.ToBase64String(statement), Value = Convert.ToBase64String(Key!.Sign(statement)) };
        return approval with { Spec = approval.Spec with { Signature = signature } };
    }

    /// <summary>Why an approval that is signed with this does not count by some keys; null: it does.</summary>
    public static string? Fault(Approval signed, TrustedKeys keys, DateTimeOffset now) =>
        // As if it were created now, which it is in a moment.
        (signed with { Metadata = signed.Metadata with { CreationTimestamp = now } }).CheckSignature(keys).Fault;
}
