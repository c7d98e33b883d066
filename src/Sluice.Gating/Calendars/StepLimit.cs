namespace Sluice.Gating.Calendars;

/// <summary>
/// How much work reading one text may take, all its rules together: a step is one day, month or year that is looked at, or one occurrence that
/// is counted. A text is read while a gate waits for it, and anyone who may write a ConfigMap may write one.
/// </summary>
internal sealed class StepLimit
{
    // A tenth of a second; the whole calendar once, day by day, takes a seventh of it.
    private int _left = 1_000_000;

    /// <summary>Takes some steps.</summary>
    /// <exception cref="CalendarFormatException">There are none left.</exception>
    public void Take(ContentLine rule, int steps = 1)
    {
        _left -= steps;
        if (_left < 0)
        {
            throw rule.Problem($"'{CalendarFormatException.Shorten(rule.Value)}' takes too long to evaluate; expected fewer occurrences (UNTIL instead of a large COUNT) or a coarser FREQ");
        }
    }
}
