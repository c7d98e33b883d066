using Sluice.Gating.Signatures;

namespace Sluice.Api.Gates;

/// <summary>The public keys that an approval must be signed with one of.</summary>
public sealed record ApprovalKeys
{
    /// <summary>The keys, at least one.</summary>
    public IReadOnlyList<ApprovalKey>? PublicKeys { get; init; }

    internal TrustedKeys ToKeys()
    {
        if (PublicKeys is not { Count: > 0 } keys)
        {
            throw new InvalidSpecException("spec.approvals.keys.publicKeys: there is none; expected at least one");
        }

        return new(keys.SelectMany(key => key.ToKeys()));
    }
}
