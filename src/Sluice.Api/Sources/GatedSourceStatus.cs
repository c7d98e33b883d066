using Sluice.Api.Metadata;

namespace Sluice.Api.Sources;

/// <summary>What the controller found and decided: the only word on what the target is to be.</summary>
public sealed record GatedSourceStatus
{
    /// <summary>The generation of the spec that this status is about; -1 before the first look.</summary>
    public long ObservedGeneration { get; set; } = -1;

    /// <summary>The value of <c>reconcile.fluxcd.io/requestedAt</c> that was handled last.</summary>
    public string? LastHandledReconcileAt { get; init; }

    /// <summary>The value of <c>gating.toolkit.fluxcd.io/rollback-requestedAt</c> that was handled last, whatever came of it.</summary>
    public string? LastHandledRollbackAt { get; init; }

    /// <summary>What waits to be released; unset: nothing.</summary>
    public CandidateStatus? Candidate { get; init; }

    /// <summary>The release in force; unset: nothing was released yet.</summary>
    public ReleaseRecord? Released { get; init; }

    /// <summary>The last 20 releases, the newest first; that is the one in force.</summary>
    public IReadOnlyList<ReleaseRecord>? History { get; init; }

    /// <summary>The last 20 decisions, the newest first: what came to wait, was rejected, released, refused, or waits no more.</summary>
    public IReadOnlyList<SourceDecision>? Decisions { get; init; }

    /// <summary>What the source offered when it was rolled back, or offers again though it was rolled back, which does not come back by itself.</summary>
    public CandidateKey? SetAside { get; init; }

    /// <summary>The specs of the source that the release in force, the history and the candidate were made from.</summary>
    public IReadOnlyList<SpecSnapshot>? Specs { get; init; }

    /// <summary>Who wrote revisions, as others than the controller state it: it reads this, and never writes it.</summary>
    public IReadOnlyList<StatedAuthors>? Authors { get; init; }

    /// <summary>The conditions: <c>Ready</c>, <c>Approved</c>, and <c>Stalled</c> while it is true.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>The condition of a type, or <see langword="null"/>.</summary>
    public Condition? FindCondition(string type) => Conditions?.FirstOrDefault(condition => condition.Type == type);
}
