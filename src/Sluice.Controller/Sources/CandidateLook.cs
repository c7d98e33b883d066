using System.Collections.Immutable;
using Sluice.Api.Sources;
using Sluice.Controller.Gates;
using Sluice.Gating.Checks;
using Sluice.Gating.Requirements;

namespace Sluice.Controller.Sources;

/// <summary>What the gates of a gated source say to one candidate.</summary>
/// <param name="Decision">Whether it may be released, and why.</param>
/// <param name="Gates">What each of them says.</param>
/// <param name="Approvals">The votes that count.</param>
/// <param name="By">Who let it through, as far as that is known.</param>
/// <param name="Until">When to ask again; null: when something changes.</param>
internal sealed record CandidateLook(
    HoldDecision Decision, ImmutableArray<CandidateGate> Gates, ImmutableArray<CandidateApproval> Approvals, string? By, DateTimeOffset? Until)
{
    /// <summary>Who wrote it; null: it is not known.</summary>
    public IReadOnlyList<string>? Authors { get; init; }

    /// <summary>What each gate says at which votes against it count, whatever else keeps it closed, as a clause.</summary>
    public ImmutableArray<string> Rejections { get; init; } = [];

    /// <summary>What has to be asked about the candidate, again and again.</summary>
    public ImmutableArray<(ObservedGate Gate, AskedCheck Check)> Asks { get; init; } = [];
}
