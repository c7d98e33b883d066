using System.Collections.Immutable;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using Sluice.Gating.Time;

namespace Sluice.Gating.Releases;

/// <summary>
/// What of one source has been released, and what waits. It is kept in the object's status, is the only word on what its child is to be, and
/// changes by the pure functions here alone.
/// </summary>
public sealed record ReleaseState
{
    /// <summary>How many releases are kept.</summary>
    public const int HistoryLength = 20;

    // What somebody asks for may be any text; what is told of it, and kept, stays short.
    private const int MaxNamed = 256;

    /// <summary>Nothing was ever seen.</summary>
    public static ReleaseState Empty { get; } = new();

    /// <summary>What waits to be released; <see langword="null"/>: nothing.</summary>
    public Waiting? Waiting { get; init; }

    /// <summary>The releases, the newest first; that is the one in force. At most <see cref="HistoryLength"/>.</summary>
    public ImmutableArray<Release> History { get; init; } = [];

    /// <summary>
    /// What the source offered when it was rolled back, or offers again though it was rolled back: it is no candidate until it is asked for, or it would be released a
    /// moment later by the approvals that it has. <see langword="null"/>: nothing is set aside.
    /// </summary>
    public Candidate? SetAside { get; init; }

    /// <summary>The token of the request to roll back that was handled last.</summary>
    public string? HandledRollback { get; init; }

    /// <summary>
    /// Since when something waits that was released before and that the source offers again, as after a force-push: what was said for it before that was said for another
    /// time, and does not let it pass once more. <see langword="null"/>: what waits is new, as far as the history knows, or a person asked to go back to it.
    /// </summary>
    public DateTimeOffset? ReturnedAt => Waiting is { IsRollback: false } waiting && History.Any(release => release.Candidate == waiting.Candidate) ? waiting.Since : null;

    /// <summary>
    /// From when on approvals of what waits count: not from before it came back; nor from before the last roll-back, which set aside what waited then; nor from before the oldest release that is kept,
    /// since it may have been released before that. <see langword="null"/>: all do; or a person asked to go back to it, and it was approved when it was released.
    /// </summary>
    public ApprovalFloor? ApprovalFloor => Waiting is not { IsRollback: false } ? null
        : ReturnedAt is { } at ? new(at, "this was released before and came back")
        : History.FirstOrDefault(release => release.Reason == Releases.Release.Rollback) is { } back ? new(back.At, "there was a roll-back since")
        : KnownSince is { } oldest ? new(oldest, $"this may have been released before the last {HistoryLength} releases") : null;

    /// <summary>
    /// Whether an opening for one revision is not for what waits now: something that it names was released since; or another candidate of that name was seen, with another digest or spec, and
    /// it was asked for before this one waited. It opens a gate for one candidate, once; where it was asked for too long ago to know, it is taken to be spent. A roll-back that a person asks for
    /// may pass by it again.
    /// </summary>
    /// <param name="request">What was asked for, of a revision or a digest.</param>
    /// <param name="seen">What has waited before.</param>
    /// <param name="seenSince">Since when that is all of it; <see langword="null"/>: always.</param>
    public bool IsSpent(GateRequest request, IEnumerable<Candidate> seen, DateTimeOffset? seenSince = null)
    {
        if (request.Revision is not { } name || Waiting is not { IsRollback: false } waiting || !waiting.Candidate.IsNamedBy(name))
        {
            return false;
        }

        var asked = Rfc3339.WholeSecond(request.RequestedAt);
        return asked <= KnownSince
            || History.Any(release => release.Candidate.IsNamedBy(name) && release.At >= asked)
            || asked <= waiting.Since && (asked <= seenSince || waiting.Supersedes == name
                || seen.Concat(History.Select(release => release.Candidate)).Any(other => other != waiting.Candidate && other.IsNamedBy(name)));
    }

    /// <summary>The release in force.</summary>
    public Release? Released => History.IsEmpty ? null : History[0];

    /// <summary>Takes note of what the source offers.</summary>
    /// <param name="offered">What the source offers now; <see langword="null"/> when that is not known or not whole, which changes nothing.</param>
    /// <param name="now">The present instant.</param>
    public ReleaseState Observe(Candidate? offered, DateTimeOffset now)
    {
        if (Waiting is not null && Waiting.Candidate == Released?.Candidate)
        {
            // Written by somebody else, as in a restore from a backup: it has passed, and must not pass again.
            return (this with { Waiting = null }).Observe(offered, now);
        }

        if (offered is null || offered == Waiting?.Candidate || Waiting?.IsRollback == true)
        {
            return this;
        }

        if (IsRolledBack(offered) && offered != SetAside)
        {
            return this with { Waiting = null, SetAside = offered };
        }

        if (offered == Released?.Candidate || offered == SetAside)
        {
            return Waiting is null ? this : this with { Waiting = null };
        }

        return this with { Waiting = new(offered, now, Waiting?.Candidate.Revision) };
    }

    /// <summary>Takes a request to roll back, once.</summary>
    /// <param name="request">What is asked for; <see langword="null"/>: nothing.</param>
    /// <param name="offered">What the source offers now, if anything: it is set aside.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="refusal">Why it cannot be done; <see langword="null"/>: it can, or nothing is asked.</param>
    public ReleaseState Take(RollbackRequest? request, Candidate? offered, DateTimeOffset now, out string? refusal)
    {
        refusal = null;
        if (request is null || request.Token == HandledRollback)
        {
            return this;
        }

        var handled = this with { HandledRollback = request.Token };
        if (Released is { } released && released.Candidate.IsNamedBy(request.To))
        {
            // What is in force stays in force: a rollback that still waits is given up, and what it set aside waits again, unless that was set aside before.
            return Waiting is { IsRollback: true } ? handled with { Waiting = null, SetAside = Other(SetAsideBefore, released.Candidate) } : handled;
        }

        if (SetAside is { } aside && aside.IsNamedBy(request.To) && !History.Any(release => release.Candidate.IsNamedBy(request.To)))
        {
            // It was never released, so there is nothing to go back to: it may be a candidate again, and a roll-back that waits is given up.
            return handled with { SetAside = Other(SetAsideBefore, aside), Waiting = Waiting?.IsRollback == true ? null : Waiting };
        }

        var target = History.FirstOrDefault(release => release.Candidate.IsNamedBy(request.To))?.Candidate;
        if (target is null)
        {
            refusal = $"'{Named(request.To)}' is not among the last {History.Length} releases; a rollback takes a revision or digest of status.history or of status.setAside, in full, or DIGEST@SPECDIGEST";
            return handled;
        }

        var waiting = Waiting?.Candidate == target ? Waiting : new(target, now, Waiting?.Candidate.Revision);
        return handled with
        {
            // Asked for again, it goes on waiting, as the request of who asked first.
            Waiting = waiting.IsRollback ? waiting : waiting with { IsRollback = true, SetAsideBefore = SetAsideBefore, RequestedBy = request.By },
            // While it is not known what the source offers, that is what waited, or what was set aside before.
            SetAside = offered == target ? null
                : offered ?? (Waiting is { IsRollback: false } offeredLast ? Other(offeredLast.Candidate, target) : null) ?? Other(SetAside, target) ?? Released?.Candidate,
        };
    }

    private static Candidate? Other(Candidate? candidate, Candidate than) => candidate == than ? null : candidate;

    /// <summary>What somebody has asked to go back to, as far as it is repeated: an annotation may have 256 KiB.</summary>
    public static string Named(string to) => to.Length <= MaxNamed ? to : $"{to.AsSpan(0, char.IsHighSurrogate(to[MaxNamed - 1]) ? MaxNamed - 1 : MaxNamed)}…";

    /// <summary>
    /// Whether what waits may be released if its gates let it: a candidate only while the source offers exactly that; a rollback whatever the
    /// source offers.
    /// </summary>
    public bool CanRelease(Candidate? offered) => Waiting is { } waiting && (waiting.IsRollback || waiting.Candidate == offered);

    /// <summary>Releases what waits.</summary>
    /// <param name="now">The present instant.</param>
    /// <param name="by">Who let it through, as far as that is known.</param>
    /// <param name="reason">Why, as one CamelCase word.</param>
    /// <param name="message">What its gates said.</param>
    /// <param name="authors">Who wrote it; <see langword="null"/>: it is not known.</param>
    /// <exception cref="InvalidOperationException">Nothing waits.</exception>
    public ReleaseState Release(DateTimeOffset now, string? by, string reason, string message, IReadOnlyList<string>? authors = null)
    {
        var waiting = Waiting ?? throw new InvalidOperationException("Nothing waits to be released.");
        var release = new Release(waiting.Candidate, now, by, reason, message) { Authors = authors };
        var before = Released is { HealthySince: not null } healthy ? History.SetItem(0, healthy with { HealthyUntil = now }) : History;
        // What is new takes the place of what was set aside, too.
        return this with { Waiting = null, History = [release, .. before.Take(HistoryLength - 1)], SetAside = waiting.IsRollback ? SetAside : null };
    }

    /// <summary>Takes note of how the release in force is doing.</summary>
    /// <param name="health">How.</param>
    /// <param name="now">The present instant.</param>
    public ReleaseState ObserveHealth(ReleaseHealth health, DateTimeOffset now) => (Released, health.IsHealthy) switch
    {
        ({ HealthySince: null } released, true) => this with { History = History.SetItem(0, released with { HealthySince = now }) },
        ({ HealthySince: not null } released, false) => this with { History = History.SetItem(0, released with { HealthySince = null }) },
        _ => this,
    };

    // The history has no more than the last releases; null: it has all of them.
    private DateTimeOffset? KnownSince => History.Length < HistoryLength ? null : History[^1].At;

    // Apart from a roll-back that waits.
    private Candidate? SetAsideBefore => Waiting is { IsRollback: true } waiting ? waiting.SetAsideBefore : SetAside;

    private bool IsRolledBack(Candidate candidate) => Rollbacks.HaveLeftBehind(History, released => released == candidate);
}
