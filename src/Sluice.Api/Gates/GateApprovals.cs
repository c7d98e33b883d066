using System.Collections.Immutable;
using System.Globalization;
using Sluice.Gating.Approvals;
using Sluice.Gating.Time;

namespace Sluice.Api.Gates;

/// <summary>The approvals that a candidate needs at a gate, besides that it is opened.</summary>
public sealed record GateApprovals
{
    /// <summary>The value of <see cref="SeparateFrom"/> that keeps who wrote a commit from approving it.</summary>
    public const string CommitAuthor = "commitAuthor";

    /// <summary>How many different people must approve. Default: 1.</summary>
    public int? Required { get; init; }

    /// <summary>Whose votes count. Unset: those of everybody who has the verb <c>approve</c> on the gate.</summary>
    public IReadOnlyList<GateApprover>? From { get; init; }

    /// <summary>Who may not approve, whatever their rights: <c>commitAuthor</c>. Unset: nobody.</summary>
    public IReadOnlyList<string>? SeparateFrom { get; init; }

    /// <summary>The claim of who approves that is compared with who wrote the commit. Unset: the username.</summary>
    public GateAuthorClaim? AuthorClaim { get; init; }

    /// <summary>How long a vote counts, as a Go duration greater than zero. Unset: until it is revoked.</summary>
    public string? ExpiresAfter { get; init; }

    /// <summary>The keys that an approval must be signed with one of. Unset: it need not be signed.</summary>
    public ApprovalKeys? Keys { get; init; }

    /// <summary>The rules that candidates are decided by.</summary>
    internal ApprovalRules ToRules()
    {
        if (Required < 1)
        {
            throw new InvalidSpecException(string.Create(CultureInfo.InvariantCulture, $"spec.approvals.required: {Required} is not a number of people; expected at least 1"));
        }

        if (SeparateFrom?.FirstOrDefault(from => from != CommitAuthor) is { } unknown)
        {
            throw new InvalidSpecException($"spec.approvals.separateFrom: '{unknown}' is not known; expected '{CommitAuthor}'");
        }

        if (AuthorClaim is not null && SeparateFrom is not { Count: > 0 })
        {
            throw new InvalidSpecException($"spec.approvals.authorClaim: nobody is separated by it; expected spec.approvals.separateFrom: [{CommitAuthor}] as well");
        }

        if (ExpiresAfter is not null && !(GoDuration.TryParse(ExpiresAfter, out var span) && span > TimeSpan.Zero))
        {
            throw new InvalidSpecException($"spec.approvals.expiresAfter: '{ExpiresAfter}' is not a span; expected a duration greater than zero, for example '24h'");
        }

        return new()
        {
            Required = Required ?? 1,
            From = From?.Select(approver => approver.ToApprover()).ToImmutableArray() ?? [],
            SeparateFromCommitAuthor = SeparateFrom?.Count > 0,
            AuthorClaim = AuthorClaim?.ToClaim() ?? new(),
            ExpiresAfter = GoDuration.TryParse(ExpiresAfter, out var after) ? after : null,
            Keys = Keys?.ToKeys(),
        };
    }
}
