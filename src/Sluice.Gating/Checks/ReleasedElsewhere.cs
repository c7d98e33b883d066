using System.Collections.Immutable;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Gating.Time;

namespace Sluice.Gating.Checks;

/// <summary>
/// A candidate passes when the same revision was released by another gated source, such as that of a test environment, and has been healthy there
/// for some time.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">The namespace of the other gated source; <see langword="null"/>: that of the gate.</param>
/// <param name="Source">Its name.</param>
/// <param name="Soak">How long it must have been healthy there without a break, to the present or until another release took its place. Zero: healthy now.</param>
public sealed record ReleasedElsewhere(string Name, string? Namespace, string Source, TimeSpan Soak) : Check(Name, IsAboutCandidate: true)
{
    /// <summary>
    /// Decides about a candidate. A pure function. The newest release of the revision counts, and none that a roll-back has left behind, until it is released there again: somebody had a reason.
    /// </summary>
    /// <param name="candidate">What asks to pass.</param>
    /// <param name="where">The other gated source as messages write it.</param>
    /// <param name="elsewhere">What the other gated source has released, the newest first.</param>
    /// <param name="health">How the release in force there is doing at this moment.</param>
    /// <param name="now">The present instant.</param>
    public CheckDecision Decide(Candidate candidate, string where, ImmutableArray<Release> elsewhere, ReleaseHealth health, DateTimeOffset now)
    {
        var at = elsewhere.FirstOrDefault(release => IsSame(release.Candidate, candidate)) is { } found ? elsewhere.IndexOf(found) : -1;
        if (at < 0)
        {
            return CheckDecision.No(elsewhere.Any(release => release.Candidate.Revision == candidate.Revision)
                ? $"{where} has released {candidate.Revision} with another digest, which is another content: a version can be published twice"
                : $"{where} has not released {candidate.Revision}{(elsewhere.IsEmpty ? "" : $", but {elsewhere[0].Candidate.Revision}")}");
        }

        if (Rollbacks.HaveLeftBehind(elsewhere, released => IsSame(released, candidate)))
        {
            return CheckDecision.No($"{where} was rolled back to what it had before {candidate.Revision}, and has not released that again");
        }

        var release = elsewhere[at];
        return at > 0 ? OfThePast(release, where) : OfThePresent(release, where, health, now);
    }

    // A checksum says what the content is, and the digest of the artifact may differ by what each source ignores. The version of a chart says nothing of it.
    private static bool IsSame(Candidate released, Candidate candidate) =>
        Revisions.IsSame(released.Revision, candidate.Revision) && (Revisions.HasChecksum(candidate.Revision) || released.Digest == candidate.Digest);

    private CheckDecision OfThePast(Release release, string where) => release switch
    {
        { HealthySince: { } since, HealthyUntil: { } until } when until - since >= Soak => CheckDecision.Yes,
        { HealthySince: { } since, HealthyUntil: { } until } =>
            CheckDecision.No($"at {where} it was healthy for {GoDuration.Format(until - since)} of {GoDuration.Format(Soak)} when another release took its place"),
        _ => CheckDecision.No($"at {where} it was not healthy when another release took its place"),
    };

    private CheckDecision OfThePresent(Release release, string where, ReleaseHealth health, DateTimeOffset now)
    {
        if (release.HealthySince is not { } since || health.IsHealthy == false)
        {
            return CheckDecision.No($"at {where} it is not healthy: {health.Message}");
        }

        // A clock that was put back must not make it longer.
        var end = Soak < DateTimeOffset.MaxValue - since ? since + Soak : DateTimeOffset.MaxValue;
        return now >= end ? CheckDecision.Yes
            : new(false, $"at {where} it has been healthy since {Rfc3339.Format(since)}, which is enough at {Rfc3339.Format(end)}", end);
    }
}
