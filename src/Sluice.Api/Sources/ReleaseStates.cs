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
            : new(waiting.ToCandidate(), waiting.Since, waiting.Supersedes, waiting.Rollback == true, waiting.SetAsideBefore?.ToCandidate(), waiting.RequestedBy),
        History = status.History?.Select(record => record.ToRelease()).ToImmutableArray() ?? [],
        SetAside = status.SetAside?.ToCandidate(),
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
                RequestedBy = waiting.RequestedBy,
                SetAsideBefore = ToKey(waiting.SetAsideBefore),
            },
            Released = history?[0],
            History = history,
            SetAside = ToKey(state.SetAside),
        };
    }

    /// <summary>What a person asks to go back to; <see langword="null"/>: nothing.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="trustRequestedBy">
    /// Whether <see cref="GatedSourceAnnotations.RollbackRequestedBy"/> is believed: only where admission lets nobody claim to be another. Otherwise, and where it is missing,
    /// <c>manager:</c> and the field manager that wrote the request.
    /// </param>
    public static RollbackRequest? ReadRollback(this GatedSource source, bool trustRequestedBy)
    {
        return Annotation(GatedSourceAnnotations.RollbackRequestedAt) is { } token && Annotation(GatedSourceAnnotations.RollbackTo) is { } to
            ? new(token, to, (trustRequestedBy ? Annotation(GatedSourceAnnotations.RollbackRequestedBy) : null) ?? source.Metadata.FindWriter(GatedSourceAnnotations.RollbackRequestedAt))
            : null;

        string? Annotation(string name) => source.Metadata.Annotations?.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>What waits.</summary>
    public static Candidate ToCandidate(this CandidateStatus candidate) => new(candidate.Revision, candidate.Digest, candidate.SpecDigest);

    /// <summary>What was released.</summary>
    public static Candidate ToCandidate(this ReleaseRecord record) => new(record.Revision, record.Digest, record.SpecDigest);

    /// <summary>What was set aside.</summary>
    public static Candidate ToCandidate(this CandidateKey key) => new(key.Revision, key.Digest, key.SpecDigest);

    private static CandidateKey? ToKey(Candidate? candidate) => candidate is null ? null : new() { Revision = candidate.Revision, Digest = candidate.Digest, SpecDigest = candidate.SpecDigest };

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
