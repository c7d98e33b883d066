namespace Sluice.Gating.Approvals;

/// <summary>Somebody whose vote a gate counts: a user, or whoever is in a group.</summary>
/// <param name="Kind">User or group.</param>
/// <param name="Name">The name, in full.</param>
public sealed record Approver(ApproverKind Kind, string Name)
{
    /// <summary>Whether <paramref name="vote"/> was cast by this user, or by somebody in this group.</summary>
    public bool Has(Vote vote) => Kind == ApproverKind.User ? vote.Username == Name : vote.Groups.Contains(Name);
}
