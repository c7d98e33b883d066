using System.Collections.Immutable;
using Sluice.Gating.Gates;

namespace Sluice.Gating.Checks;

/// <summary>What somebody outside has answered. That nobody has is an answer, too, and not a yes.</summary>
/// <param name="Check">What was asked: a check that says anything else has another answer.</param>
/// <param name="Candidate">The candidate that it was asked about; <see langword="null"/>: it was asked about the gate.</param>
/// <param name="Passes">Whether that was a yes.</param>
/// <param name="Message">Why not, as a clause.</param>
/// <param name="At">When it came.</param>
public sealed record CheckAnswer(AskedCheck Check, Candidate? Candidate, bool Passes, string Message, DateTimeOffset At)
{
    /// <summary>The first instant at which it no longer counts.</summary>
    public DateTimeOffset Until => At + Check.Validity;

    /// <summary>Finds the answer that counts; one from the time to come, after a clock was put back, does not.</summary>
    public static CheckAnswer? Find(ImmutableArray<CheckAnswer> answers, AskedCheck check, Candidate? candidate, DateTimeOffset now) =>
        answers.LastOrDefault(answer => answer.Check == check && answer.Candidate == candidate && answer.At <= now && now < answer.Until);
}
