using System.Collections.Immutable;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;

namespace Sluice.Api.Sources;

/// <summary>Carries what was released and what waits between the API and the domain.</summary>
public static class ReleaseStates
{
    /// <summary>What the status says.</summary>
    public static ReleaseState ToState(this GatedSourceStatus? status) => status is null ? ReleaseState.Empty : new()
    {
        Waiting = status.Candidate is not { } waiting ? null
            : new(waiting.ToCandidate(), waiting.Since, waiting.Supersedes, waiting.Rollback == true),
        History = status.History?.Select(record => record.ToRelease()).ToImmutableArray() ?? [],
        SetAside = status.SetAside is not { } aside ? null : new(aside.Revision, aside.Digest, aside.SpecDigest),
        HandledRollback = status.LastHandledRollbackAt,
    };

    /// <summary>The status with that in it; what the gates say to a candidate is written by who asked them.</summary>
    public static GatedSourceStatus WithState(this GatedSourceStatus status, ReleaseState state)
    {
        var history = state.History.IsEmpty ? null : state.History.Select(ToRecord).ToList();
        return status with
        {
            LastHandledRollbackAt = state.HandledRollback,
            Candidate = state.Waiting is not { } waiting ? null : new()
            {
                Revision = waiting.Candidate.Revision,
                Digest = waiting.Candidate.Digest,
                SpecDigest = waiting.Candidate.SpecDigest,
                Since = waiting.Since,
                Supersedes = waiting.Supersedes,
                Rollback = waiting.IsRollback ? true : null,
            },
            Released = history?[0],
            History = history,
            SetAside = state.SetAside is not { } aside ? null : new() { Revision = aside.Revision, Digest = aside.Digest, SpecDigest = aside.SpecDigest },
        };
    }

    /// <summary>What waits.</summary>
    public static Candidate ToCandidate(this CandidateStatus candidate) => new(candidate.Revision, candidate.Digest, candidate.SpecDigest);

    /// <summary>What was released.</summary>
    public static Candidate ToCandidate(this ReleaseRecord record) => new(record.Revision, record.Digest, record.SpecDigest);

    private static Release ToRelease(this ReleaseRecord record) =>
        new(record.ToCandidate(), record.At, record.By, record.Reason, record.Message ?? "") { Authors = record.Authors, HealthySince = record.HealthySince, HealthyUntil = record.HealthyUntil };

    private static ReleaseRecord ToRecord(Release release) => new()
    {
        Revision = release.Candidate.Revision,
        Digest = release.Candidate.Digest,
        SpecDigest = release.Candidate.SpecDigest,
        At = release.At,
        By = release.By,
        Reason = release.Reason,
        Authors = release.Authors,
        HealthySince = release.HealthySince,
        HealthyUntil = release.HealthyUntil,
        Message = release.Message.Length == 0 ? null : release.Message,
    };
}
