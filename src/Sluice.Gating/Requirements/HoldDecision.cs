using System.Collections.Immutable;

namespace Sluice.Gating.Requirements;

/// <summary>Whether an object may be reconciled, for all the groups of gates that it is under.</summary>
/// <param name="IsApproved">Whether it may.</param>
/// <param name="Reason">The reason of its <c>Approved</c> condition.</param>
/// <param name="Message">The message of its <c>Approved</c> condition.</param>
/// <param name="Blocking">The verdicts that keep it, empty when it may; in the order in which the gates are named.</param>
public sealed record HoldDecision(bool IsApproved, string Reason, string Message, ImmutableArray<GateVerdict> Blocking)
{
    /// <summary>The reason of an approved object.</summary>
    public const string GateOpened = nameof(GateOpened);

    /// <summary>How many gates a text names at most; the others are counted. The API server takes conditions of 32,768 characters.</summary>
    public const int MaxNamed = 20;

    /// <summary>Whether there is any gate that has to do with the object.</summary>
    public bool IsGated { get; private init; } = true;

    /// <summary>What each gate that was asked says, in the order in which they are named.</summary>
    public ImmutableArray<GateVerdict> Verdicts { get; private init; } = [];

    /// <summary>When an opened gate may say otherwise; <see langword="null"/>: not before something happens.</summary>
    public DateTimeOffset? Until => Verdicts.Where(verdict => verdict.Kind == VerdictKind.Opened).Select(verdict => verdict.Until).Min();

    /// <summary>Who let it through by opening gates, each once, as far as that is known; empty: nobody did.</summary>
    public ImmutableArray<string> Openers => IsApproved ? Askers(Verdicts.Where(verdict => verdict.Kind == VerdictKind.Opened)) : [];

    /// <summary>Those, or who keeps it by closing gates, with commas between them; <see langword="null"/>: nobody did.</summary>
    public string? By => (IsApproved ? Openers : Askers(Blocking)) is [_, ..] askers ? string.Join(", ", askers) : null;

    /// <summary>Puts the groups together: each of them must pass. No group, or none with a gate in it: there is nothing to wait for.</summary>
    /// <param name="groups">The gates and what they say.</param>
    /// <param name="what">What they decide about, as the message begins.</param>
    public static HoldDecision Of(ImmutableArray<GateGroup> groups, string what = "Reconciliation")
    {
        var failing = groups.Where(group => !group.Passes).ToImmutableArray();
        var verdicts = groups.SelectMany(group => group.Verdicts).Distinct().ToImmutableArray();
        if (failing.IsEmpty)
        {
            var opened = Join(groups.SelectMany(group => group.Verdicts).Where(v => v.Kind == VerdictKind.Opened).Select(v => v.Clause).Distinct());
            return new(true, GateOpened, $"{what} is approved, {(opened.Length == 0 ? "no gate is named" : opened)}.", []) { IsGated = !verdicts.IsEmpty, Verdicts = verdicts };
        }

        var blocking = failing.SelectMany(group => group.Verdicts).Where(v => v.Kind != VerdictKind.Opened).Distinct().ToImmutableArray();
        var reason = blocking.Max(v => v.Kind).ToString();
        return new(false, reason, $"{what} is waiting approval, {string.Join(", ", failing.Select(Clause).Distinct())}.", blocking) { Verdicts = verdicts };
    }

    private static ImmutableArray<string> Askers(IEnumerable<GateVerdict> verdicts) => [.. verdicts.Select(verdict => verdict.By).OfType<string>().Distinct()];

    private static string Clause(GateGroup group)
    {
        var clauses = Join(group.Verdicts.Where(v => v.Kind != VerdictKind.Opened).Select(v => v.Clause));
        var wanted = group is { Require: Require.OneOf, Verdicts.Length: > 1 } && !group.Verdicts.Any(v => v.Kind == VerdictKind.InvalidReference)
            ? $"one of {group.Verdicts.Length} gates must be opened: {clauses}"
            : clauses;
        return group.Binding is null ? wanted : $"{wanted}, as {group.Binding} wants it";
    }

    private static string Join(IEnumerable<string> clauses)
    {
        var all = clauses.ToList();
        var named = string.Join(", ", all.Take(MaxNamed));
        return all.Count > MaxNamed ? $"{named} and {all.Count - MaxNamed} more" : named;
    }
}
