using Sluice.Gating.Requests;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Gates;

/// <summary>Who has the say at one instant, what they say, and how long that is certain.</summary>
/// <param name="State">What they say.</param>
/// <param name="Layer">Who.</param>
/// <param name="Window">Which window, where one decides.</param>
/// <param name="SaidUntil">Until when it is the same one who says it; <see langword="null"/>: for ever.</param>
/// <param name="Until">Until when the state cannot change; <see langword="null"/>: for ever.</param>
internal readonly record struct Standing(GateState State, DecidingLayer Layer, Window? Window, DateTimeOffset? SaidUntil, DateTimeOffset? Until)
{
    /// <summary>Asks from the strongest to the weakest: an override, a close window, a request, an open window, the default.</summary>
    public static Standing At(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset instant)
    {
        var asked = request is not null && request.IsInForce(instant) ? request : null;
        // Opened for one revision alone means closed for all others, on a gate that is opened by default too.
        var answer = asked is not null && asked.Admits(candidate) ? asked.Target : GateState.Closed;
        if (asked?.Override is not null)
        {
            return new(answer, DecidingLayer.Override, null, asked.ResetAt, asked.ResetAt);
        }

        var close = rules.Schedule.At(WindowAction.Close, instant);
        if (close.Window is not null)
        {
            return new(GateState.Closed, DecidingLayer.CloseWindow, close.Window, close.NamedUntil, close.Until);
        }

        if (asked is not null)
        {
            var said = Schedule.Earlier(asked.ResetAt, close.Until);
            return new(answer, DecidingLayer.Request, null, said, answer == GateState.Closed ? asked.ResetAt : said);
        }

        var open = rules.Schedule.At(WindowAction.Open, instant);
        if (open.Window is not null)
        {
            // Where the default is opened, too, the end of an open window changes nothing.
            var opened = rules.Default == GateState.Opened ? close.Until : Schedule.Earlier(open.Until, close.Until);
            return new(GateState.Opened, DecidingLayer.OpenWindow, open.Window, Schedule.Earlier(open.NamedUntil, close.Until), opened);
        }

        return new(
            rules.Default, DecidingLayer.Default, null, Schedule.Earlier(open.Until, close.Until), rules.Default == GateState.Opened ? close.Until : open.Until);
    }
}
