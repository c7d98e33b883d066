using Sluice.Api.Gates;
using Sluice.Cli.Output;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Cli.Scheduling;

/// <summary>A gate's schedule for people: what it is now, its next transitions, and a week and a month drawn.</summary>
/// <param name="plan">The gate's plan.</param>
/// <param name="times">The zone that is shown.</param>
/// <param name="now">The present time.</param>
internal sealed class SchedulePrinter(GatePlan plan, ShownTime times, DateTimeOffset now)
{
    private const int LabelWidth = 8;

    /// <summary>At least this many transitions are listed, if there are as many.</summary>
    private const int Fewest = 10;

    /// <summary>Unless a span is asked for, no more than this: a gate that opens every ten minutes has a thousand a week.</summary>
    private const int Most = 30;

    /// <summary>Prints it.</summary>
    public void Print(Terminal terminal, ScheduleSpan span)
    {
        Header(terminal);
        terminal.WriteLine();
        Transitions(terminal, span);

        var first = times.DateOf(span.From);
        var month = MonthPicture.DaysOf(first).Select(date => new Day(date, times.Zone)).ToList();
        var week = Enumerable.Range(0, WeekPicture.Days).Select(number => new Day(first.PlusDays(number), times.Zone)).ToList();
        var opened = new OpenedTimes(plan, span.From, month[^1].Whole.End.ToDateTimeOffset());
        Heading(terminal, $"Week from {ShownTime.Day(first)} {first.Year}");
        new WeekPicture(opened, times, now).Draw(terminal, week);
        Heading(terminal, $"Month from {ShownTime.Day(first)} {first.Year}");
        new MonthPicture(opened, times, now).Draw(terminal, month);
        var odd = month.Concat(week).DistinctBy(day => day.Date).Where(day => day.Whole.End > opened.From).Select(day => day.Note).OfType<string>().ToList();
        if (odd.Count > 0)
            terminal.WriteLine();
        foreach (var note in odd)
            terminal.WriteLine($"* {note}");
    }

    /// <summary>Prints the gate, its state, and what comes next.</summary>
    private void Header(Terminal terminal)
    {
        var decision = plan.At(now);
        WrappedText.Print(terminal, "Gate", LabelWidth, plan.Name);
        WrappedText.Print(terminal, "Now", LabelWidth, StateCell(decision.State, ":"), decision.Message);
        WrappedText.Print(terminal, "Next", LabelWidth, "", Next(plan.After(now).FirstOrDefault()));
        var whose = times.Zone.Id == plan.Zone.Id ? "the gate's" : $"yours; the gate's is {plan.Zone.Id}";
        WrappedText.Print(terminal, "Zone", LabelWidth, times.Zone.Id, $"({times.OffsetAt(now)} now), {whose}");
        if (plan.Rules.Margin is { } margin)
            WrappedText.Print(terminal, "Margin", LabelWidth, GoDuration.Format(margin), "before a closing by schedule nothing new is released");
    }

    /// <summary>A transition in a sentence; of none that too.</summary>
    public string Next(Transition? next) => next is null ? "nothing is scheduled to change that"
        : $"{GateStateNames.Of(next.To)} {RelativeTime.Until(next.At, now)}, at {times.Of(next.At)}: {Cause.Of(plan, next)}";

    /// <summary>A state with its colour.</summary>
    public static Cell StateCell(GateState state, string after = "") =>
        new(GateStateNames.Of(state) + after, state == GateState.Opened ? Tone.Good : Tone.Waiting);

    private void Transitions(Terminal terminal, ScheduleSpan span)
    {
        // One more than is shown says that there are more.
        var found = plan.After(span.From).TakeWhile((transition, index) => transition.At < span.To || !span.IsGiven && index < Fewest)
            .Take(span.IsGiven ? int.MaxValue : Most + 1).ToList();
        if (found.Count == 0)
        {
            terminal.WriteLine($"No transitions{(span.IsGiven ? $" before {times.Of(span.To)}" : "")}: it stays {GateStateNames.Of(plan.At(span.From).State)}.");
            return;
        }

        var table = new TextTable("AT", "TO", "IN", "WHY");
        foreach (var transition in found.Take(span.IsGiven ? int.MaxValue : Most))
        {
            var relative = transition.At > now ? RelativeTime.Until(transition.At, now)[3..] : $"{RelativeTime.Age(transition.At, now)} ago";
            table.Add(times.Of(transition.At), StateCell(transition.To), relative, Cause.Of(plan, transition));
        }

        table.Print(terminal);
        if (!span.IsGiven && found.Count > Most)
            terminal.WriteLine("… and more: --to says until when", Tone.Dim);
    }

    private static void Heading(Terminal terminal, string title)
    {
        terminal.WriteLine();
        var gap = Math.Max(3, Math.Min(terminal.Width, 80) - title.Length - FillDrawing.Legend.Length);
        new TextLine().Add(title).Add(new string(' ', gap)).Add(FillDrawing.Legend, Tone.Dim).Print(terminal);
        terminal.WriteLine();
    }
}
