using System.Collections.Immutable;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;

namespace Sluice.Controller.Checks;

/// <summary>What the checks of one gate have answered, and which are being asked.</summary>
internal sealed class GateAnswers
{
    private readonly Lock _lock = new();
    private readonly HashSet<(AskedCheck Check, Candidate? Candidate)> _asked = [];
    private ImmutableArray<CheckAnswer> _all = [];

    /// <summary>The answers, of each question the latest.</summary>
    public ImmutableArray<CheckAnswer> All
    {
        get
        {
            lock (_lock)
            {
                return _all;
            }
        }
    }

    /// <summary>Begins to ask, if that is due: then null is given; else when it will be.</summary>
    public DateTimeOffset? TryBegin(AskedCheck check, Candidate? candidate, DateTimeOffset now)
    {
        lock (_lock)
        {
            var due = CheckAnswer.Find(_all, check, candidate, now) is { } answer ? answer.At + check.Interval : now;
            return due > now ? due : _asked.Add((check, candidate)) ? null : now + check.Timeout;
        }
    }

    /// <summary>Keeps an answer, and drops those that nobody asks for any more. Gives whether it says something else than the one before it.</summary>
    public bool End(CheckAnswer answer)
    {
        lock (_lock)
        {
            _asked.Remove((answer.Check, answer.Candidate));
            var before = CheckAnswer.Find(_all, answer.Check, answer.Candidate, answer.At);
            _all = [.. _all.Where(kept => !(kept.Check == answer.Check && kept.Candidate == answer.Candidate) && kept.Until > answer.At), answer];
            return (before?.Passes, before?.Message) != (answer.Passes, answer.Message);
        }
    }
}
