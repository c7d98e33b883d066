namespace Sluice.Gating.Approvals;

/// <summary>What the votes about a candidate come to.</summary>
public enum ApprovalState
{
    /// <summary>Enough people approve, and nobody rejects. The only state that lets the candidate pass.</summary>
    Approved,

    /// <summary>There are not enough votes yet.</summary>
    Pending,

    /// <summary>Who wrote the commit is not known, and may not be among those who approve it.</summary>
    AuthorUnknown,

    /// <summary>Somebody rejects it.</summary>
    Rejected,
}
