using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api.Audit;
using Sluice.Api.Metadata;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Gating.Time;

namespace Sluice.Controller.Sources;

/// <summary>What one look at a gated source gives: its new status, and what there is to tell. A pure function of what is seen.</summary>
internal sealed record GatedSourceLook
{
    private const string FindOut = "Find out who changed it; a roll-back or another revision replaces it";

    /// <summary>What is released and what waits from now on.</summary>
    public required ReleaseState State { get; init; }

    /// <summary>The status that says so.</summary>
    public required GatedSourceStatus Status { get; init; }

    /// <summary>What the gates say to what waited; null when nothing did.</summary>
    public CandidateLook? Candidate { get; init; }

    /// <summary>Whether something is released by it.</summary>
    public bool Releases { get; init; }

    /// <summary>Why the target is left as it is; null when it is brought to what was released.</summary>
    public (string Reason, string Message)? Stalled { get; init; }

    /// <summary>Whether the target is its own, so that what is released is kept up there: also where the present spec of the source cannot be pinned.</summary>
    public bool HasTarget { get; init; }

    /// <summary>Why what waits is not released, whatever its gates say; null: it is, when they let it pass.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Why a rollback is refused; null when it is not.</summary>
    public string? Refusal { get; init; }

    /// <summary>What is decided that matters to people, in order; the status has it, too.</summary>
    public ImmutableArray<AuditRecord> Decisions { get; init; } = [];

    /// <summary>Looks.</summary>
    /// <param name="observed">The gated source.</param>
    /// <param name="source">What is seen of its source.</param>
    /// <param name="target">What is seen of its target.</param>
    /// <param name="conflict">Why it may not have its target, if it may not.</param>
    /// <param name="consumers">What deploys from its target.</param>
    /// <param name="ask">Asks the gates about what waits.</param>
    /// <param name="now">The present instant.</param>
    public static GatedSourceLook At(
        ObservedGatedSource observed, SeenSource source, SeenTarget target, (string Reason, string Message)? conflict, Func<string, IReadOnlyCollection<Consumer>> consumers,
        Func<ReleaseState, CandidateLook> ask, DateTimeOffset now)
    {
        now = Rfc3339.WholeSecond(now);
        var stalled = conflict ?? (source.Refusal is { } refusal ? ("CannotPin", refusal) : null);
        var before = observed.State;
        var offered = source.Offers(before.Waiting?.Candidate, before.Released?.Candidate, before.SetAside);
        var state = before.Take(observed.Rollback, offered, now, out var refused).Observe(offered, now);
        var health = HealthOf(observed, state, target, consumers);
        state = health is null ? state : state.ObserveHealth(health, now);
        var candidate = state.Waiting is null ? null : ask(state);
        // Where there is a target already, something was released before: by a GatedSource of that name that is gone, or whose status is.
        var isFirst = observed.Source.Spec.Initial == GatedSourceSpec.InitialRelease && state.History.IsEmpty && target is { Exists: false, MayExist: false };
        var obstacle = conflict?.Message ?? (state.Waiting is { IsRollback: true } back ? FindObstacle(observed, target, back.Candidate) : source.Refusal);
        var releases = obstacle is null && state.CanRelease(offered) && (candidate!.Decision.IsApproved || isFirst);
        if (releases)
        {
            state = Release(state, candidate!, isFirst && !candidate!.Decision.IsApproved, now);
            health = HealthOf(observed, state, target, consumers);
        }

        var look = new GatedSourceLook { State = state, Status = new(), Candidate = candidate, Releases = releases, Stalled = stalled, HasTarget = conflict is null, Obstacle = obstacle, Refusal = refused };
        look = look with { Decisions = SourceDecisions.Of(observed, look, now) };
        return look with { Status = look.Describe(observed, source, target, health, now) };
    }

    /// <summary>A look that changes nothing, with a decision that does not follow from it.</summary>
    public GatedSourceLook TakingBack(AuditRecord decision, ObservedGatedSource observed)
    {
        var before = observed.Status ?? new();
        return this with { State = observed.State, Releases = false, Refusal = null, Decisions = [decision], Status = before with { Authors = null, Decisions = SourceDecisions.Keep(before.Decisions, [decision]) } };
    }

    /// <summary>Whether a status says something else than one before it.</summary>
    public static bool Differ(GatedSourceStatus status, GatedSourceStatus? before) =>
        before is null || !Bytes(status).AsSpan().SequenceEqual(Bytes(before with { Authors = null }));

    /// <summary>Why a source does not go back to what it was. What its present spec is refused for says nothing of that.</summary>
    private static string? FindObstacle(ObservedGatedSource observed, SeenTarget target, Candidate to) =>
        observed.Status?.Specs?.FirstOrDefault(snapshot => snapshot.Digest == to.SpecDigest) is not { } snapshot ? $"status.specs does not have the spec {to.SpecDigest} that it was released with"
        : target.Loose.TryGetValue(to.SpecDigest, out var loose) ? $"it includes {loose}, which is not the target of a GatedSource: put it behind one"
        : target.Circular.TryGetValue(to.SpecDigest, out var circular) ? $"it includes {circular}, which is by now itself made of {observed.SourceKey}: have that released without it first"
        : PinnedSpec.Refusal(observed.Source.Spec.SourceRef.Kind, JsonNode.Parse(snapshot.Spec)!.AsObject());

    private static ReleaseState Release(ReleaseState state, CandidateLook candidate, bool unasked, DateTimeOffset now)
    {
        if (unasked)
        {
            return state.Release(now, null, "Initial", "The first revision is released without asking the gates, as spec.initial wants it", candidate.Authors);
        }

        // Who asked to go back is one of those who let it through.
        var by = state.Waiting!.RequestedBy is { } requester
            ? string.Join(", ", new[] { requester }.Concat(candidate.By?.Split(", ") ?? []).Distinct()) : candidate.By;
        return state.Release(now, by, state.Waiting.IsRollback ? Gating.Releases.Release.Rollback : candidate.Decision.Reason, candidate.Decision.Message, candidate.Authors);
    }

    private GatedSourceStatus Describe(ObservedGatedSource observed, SeenSource source, SeenTarget target, ReleaseHealth? health, DateTimeOffset now)
    {
        var before = observed.Status ?? new GatedSourceStatus();
        var generation = observed.Source.Metadata.Generation;
        var status = before.WithState(State) with
        {
            ObservedGeneration = generation ?? -1,
            LastHandledReconcileAt = observed.Source.Metadata.Annotations?.GetValueOrDefault(FluxAnnotations.ReconcileRequestedAt) ?? before.LastHandledReconcileAt,
            Specs = Snapshots(before, source),
            Decisions = SourceDecisions.Keep(before.Decisions, Decisions),
            // Who states them owns them: what an apply leaves out stays as it is.
            Authors = null,
            Conditions = [.. Conditions()],
        };
        return status.Candidate is null || Candidate is null ? status
            : status with { Candidate = status.Candidate with { Authors = Candidate.Authors, Gates = Candidate.Gates, Approvals = Candidate.Approvals.IsEmpty ? null : Candidate.Approvals } };

        IEnumerable<Condition> Conditions()
        {
            var (value, reason, message) = Ready(observed, source, target);
            yield return Condition(ConditionTypes.Ready, value, reason, message);
            var (approved, why, text) = Approved(source);
            yield return Condition(ConditionTypes.Approved, approved ? "True" : "False", why, text);
            if (health is not null)
            {
                yield return Healthy(health);
            }

            if (value == "Unknown")
            {
                yield return Condition(ConditionTypes.Reconciling, "True", reason, message);
            }

            if (Stalled is { } stalled)
            {
                yield return Condition(ConditionTypes.Stalled, "True", stalled.Reason, stalled.Message);
            }
        }

        // Without news what was said of this release still stands.
        Condition Healthy(ReleaseHealth health) =>
            health.IsHealthy is null && before.FindCondition(ConditionTypes.Healthy) is { } said && !Releases
                ? said with { ObservedGeneration = generation }
                : Condition(ConditionTypes.Healthy, health.IsHealthy switch { true => "True", false => "False", _ => "Unknown" }, health.Reason, health.Message);

        Condition Condition(string type, string value, string reason, string message) =>
            Api.Metadata.Condition.Next(before.FindCondition(type), type, value, reason, message, generation, now);
    }

    /// <summary>What waits is no reason not to be ready, as a closed gate is none: every Kustomization with wait: true around it would go unhealthy.</summary>
    private (string Status, string Reason, string Message) Ready(ObservedGatedSource observed, SeenSource source, SeenTarget target)
    {
        if (HasTarget && State.Released?.Candidate is { } deployed && target.Loose.TryGetValue(deployed.SpecDigest, out var loose))
        {
            return ("False", "IncludeNotGated", $"{deployed.Revision} is released, and includes {loose}, which is no longer the target of a GatedSource: whoever may edit it changes what is deployed. Make that GatedSource again, or release what includes another");
        }

        if (Stalled is { } stalled)
        {
            return ("False", stalled.Reason, stalled.Message);
        }

        if (!source.Exists)
        {
            return ("False", "SourceNotFound", source.Problem ?? $"{observed.SourceKey} is being deleted");
        }

        if (State.Released?.Candidate is not { } released)
        {
            return State.Waiting is { } waiting
                ? ("True", GateReasons.ReconciliationSucceeded, $"Nothing is released yet, {waiting.Candidate.Revision} waits")
                : ("False", "SourceNotReady", source.Problem ?? $"{observed.SourceKey} offers nothing");
        }

        var name = observed.TargetKey;
        return target.Failure is { } failure ? ("False", "TargetNotReady", $"{name} is not ready: {failure}")
            : LagsSuspended(State, target) ? ("Unknown", "TargetSuspended", $"{released.Revision} is released, and {name} is suspended{(target.Revision is { } older ? $" and still has {older}" : "")}: {(target.HeldBy is { } gates ? $"it is held by {gates}" : "resume it")}")
            : FindMismatch(observed, target, released) is { } mismatch ? ("False", mismatch.Reason, $"{name} {mismatch.Clause}. {mismatch.Advice}")
            : target.Revision is { } revision && Revisions.IsSame(revision, released.Revision) ? ("True", GateReasons.ReconciliationSucceeded, $"{released.Revision} is released")
            : ("Unknown", "Progressing", $"{released.Revision} is released, and {name} is waiting for source-controller");
    }

    /// <summary>Whether a target that is suspended has nothing, or an earlier release: source-controller observes the pin, and fetches nothing. Before it has observed it, nothing is known.</summary>
    private static bool LagsSuspended(ReleaseState state, SeenTarget target)
    {
        return target is { IsSuspended: true, IsObserved: true } && (target.Revision is null || !Has(state.History[0]) && state.History.Skip(1).Any(Has));

        bool Has(Release release) => target.Digest == release.Candidate.Digest && Revisions.IsSame(target.Revision!, release.Candidate.Revision);
    }

    /// <summary>That a target serves something else than it is pinned at, as a clause, and what to do; null when it does not, or has not fetched it yet.</summary>
    private static (string Reason, string Clause, string Advice)? FindMismatch(ObservedGatedSource observed, SeenTarget target, Candidate released) => target switch
    {
        { Revision: { } revision } when Revisions.IsSame(revision, released.Revision) => target.Digest == released.Digest ? null
            : ("DigestMismatch", $"has the artifact {target.Digest} for {revision}, and {released.Digest} was approved: what is served under this revision has changed", FindOut),
        { Revision: { } other, IsReady: true } when target.Pin == PinnedSpec.PinFor(observed.Source.Spec.SourceRef.Kind, released) =>
            ("RevisionMismatch", target.IsSuspended ? $"is suspended, pinned at {released.Revision}, which was approved, and has {other}, which is no release that status.history has" : $"is pinned at {released.Revision}, which was approved, and is ready with {other}",
                target.IsSuspended ? "Resume it, and it fetches what was approved; where it never had that, find out who changed it" : FindOut),
        _ => null,
    };

    /// <summary>How a release is doing: what its target says, and then what deploys from it. Null when there is none.</summary>
    private static ReleaseHealth? HealthOf(ObservedGatedSource observed, ReleaseState state, SeenTarget target, Func<string, IReadOnlyCollection<Consumer>> consumers) => state.Released is not { } release ? null
        : target.Failure is { } failure ? new(false, "TargetNotReady", $"the target is not ready: {failure}")
        : LagsSuspended(state, target) ? new(false, "TargetSuspended", "the target is suspended, and does not have it yet")
        : FindMismatch(observed, target, release.Candidate) is { } mismatch ? new(false, mismatch.Reason, $"the target {mismatch.Clause}")
        : ReleaseHealth.Of(release.Candidate.Revision, consumers(release.Candidate.Revision));

    private (bool Is, string Reason, string Message) Approved(SeenSource source) => State switch
    {
        { Waiting: not null } when Candidate!.Decision.IsApproved =>
            (false, "SourceMoved", $"Candidate {State.Waiting.Candidate.Revision} may pass, and is not released: {Obstacle ?? source.Problem ?? "the source offers another now"}"),
        { Waiting: not null } => (false, Candidate!.Decision.Reason, Candidate.Decision.Message),
        { Released: { } released } => (true, released.Reason, $"{released.Candidate.Revision} is released, and nothing waits"
            + (State.SetAside is { } aside && aside == source.Shown ? $": {aside.Revision}, which the source offers, was rolled back, and comes back when it is asked for"
                : source.IsSuspended && source.Shown != released.Candidate ? $": {source.Problem}" : "")),
        _ => (false, "NoCandidate", source.Problem ?? "the source offers nothing"),
    };

    private List<SpecSnapshot>? Snapshots(GatedSourceStatus before, SeenSource source)
    {
        var needed = State.History.Select(release => release.Candidate.SpecDigest).Append(State.Waiting?.Candidate.SpecDigest).OfType<string>().ToHashSet();
        var known = (before.Specs ?? []).ToDictionary(snapshot => snapshot.Digest);
        if (source.Shown is { } shown)
        {
            known.TryAdd(shown.SpecDigest, new() { Digest = shown.SpecDigest, Spec = source.Spec });
        }

        var kept = known.Values.Where(snapshot => needed.Contains(snapshot.Digest)).OrderBy(snapshot => snapshot.Digest, StringComparer.Ordinal).ToList();
        return kept.Count == 0 ? null : kept;
    }

    private static byte[] Bytes(GatedSourceStatus status) =>
        JsonSerializer.SerializeToUtf8Bytes(new GatedSourceStatusApply { Metadata = new(), Status = status }, ApiJson.Default.GatedSourceStatusApply);
}
