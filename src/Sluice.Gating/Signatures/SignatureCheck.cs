namespace Sluice.Gating.Signatures;

/// <summary>What came of checking the signature of an approval.</summary>
/// <param name="Fault">Why the approval does not count, as a clause; <see langword="null"/>: its signature is valid.</param>
/// <param name="NotBefore">From when it counts, if it is valid.</param>
/// <param name="Key">The name of the key that signed it, if it is valid.</param>
/// <param name="Keys">The <see cref="TrustedKeys.Fingerprint"/> of the keys that it was checked by: what came of it holds for them alone.</param>
public sealed record SignatureCheck(string? Fault, DateTimeOffset? NotBefore, string? Key, string Keys)
{
    /// <summary>
    /// How long after it may count a signed statement must have become an approval. A vote that was taken back can therefore not be cast again
    /// later with the same signature, by somebody who has the voter's access to the cluster and not the key.
    /// </summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    /// <summary>Checks a signature. A pure function; whatever is in the signature, it gives an answer.</summary>
    /// <param name="signature">The signature; <see langword="null"/>: there is none.</param>
    /// <param name="claim">What the approval says.</param>
    /// <param name="createdAt">When it was created, by the API server's clock.</param>
    /// <param name="keys">The keys that may have signed it.</param>
    public static SignatureCheck Of(SignatureMaterial? signature, ApprovalClaim claim, DateTimeOffset createdAt, TrustedKeys keys)
    {
        try
        {
            return signature is null ? new("it is not signed", null, null, keys.Fingerprint) : Check(signature.Open(), claim, createdAt, keys);
        }
        catch (SignatureFaultException e)
        {
            return new(e.Message, null, null, keys.Fingerprint);
        }
    }

    private static SignatureCheck Check(SignedBytes signed, ApprovalClaim claim, DateTimeOffset createdAt, TrustedKeys keys)
    {
        var makers = keys.All.Where(key => key.HasSigned(signed.Message, signed.Signature)).ToList();
        if (makers.Count == 0)
        {
            throw new SignatureFaultException("it is signed by none of the gate's keys");
        }

        if (makers.Find(key => key.Username is null || key.Username == claim.Approver) is not { } maker)
        {
            throw new SignatureFaultException($"it is signed with the key '{makers[0].Name}', which is that of {makers[0].Username} alone");
        }

        // Read from the bytes that were verified, and not before they were.
        var statement = ApprovalStatement.Parse(signed.Statement);
        if (statement.Claim.Differs(claim, out var what))
        {
            throw new SignatureFaultException($"it says something else than was signed: {what} differs");
        }

        if (createdAt - statement.NotBefore > MaxDelay)
        {
            throw new SignatureFaultException("it was created more than an hour after the notBefore that was signed: sign it anew");
        }

        return new(null, statement.NotBefore, maker.Name, keys.Fingerprint);
    }
}
