using CsCheck;
using Sluice.Gating.Gates;

namespace Sluice.Gating.Tests.Stories;

/// <summary>What happens to a gate, from its creation on.</summary>
internal sealed record Story(GateRules Rules, DateTimeOffset Start, IReadOnlyList<Step> Steps)
{
    public static Candidate First { get; } = new("main@sha1:aaaa", "sha256:1111");

    public static Candidate Second { get; } = new("main@sha1:bbbb", "sha256:2222");

    private static readonly DateTimeOffset Noon = new(2021, 3, 26, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Few instants, ten minutes apart, so that stamps, receipts and ends often meet exactly; now and then one tick beside.</summary>
    private static readonly Gen<DateTimeOffset> Instants = Gen.Select(
        Gen.Int[-6, 6], Gen.Frequency((8, 0), (1, -1), (1, 1)), (tens, ticks) => Noon.AddMinutes(10 * tens).AddTicks(ticks));

    private static readonly Gen<GateState> States = Gen.OneOf(GateState.Closed, GateState.Opened);

    private static readonly Gen<GateRules> AllRules = Gen.Select(
        States,
        Gen.OneOf<TimeSpan?>(null, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(60), TimeSpan.FromTicks(1)),
        Gen.Frequency((9, (string?)null), (1, "broken")),
        (state, window, fault) => new GateRules { Default = state, Window = window, Fault = fault });

    private static readonly Gen<string?> Revisions = Gen.Frequency((6, (string?)null), (1, First.Revision), (1, Second.Digest));

    private static readonly Gen<Candidate?> Candidates = Gen.OneOf<Candidate?>(null, First, Second);

    private static readonly Gen<string> Unreadable = Gen.OneOf("", "now", "2021-03-26", "2021-03-26T12:00:00");

    /// <summary>Stories with a clock that may run backwards.</summary>
    public static Gen<Story> Any { get; } = Stories(monotone: false);

    /// <summary>Stories with a clock that only runs forwards.</summary>
    public static Gen<Story> Forwards { get; } = Stories(monotone: true);

    public static string Print(Story story) =>
        $"{story.Rules} from {story.Start:O}\n  " + string.Join("\n  ", story.Steps);

    private static Gen<Story> Stories(bool monotone) =>
        from rules in AllRules
        from start in monotone ? Gen.Const(Noon.AddHours(-1)) : Instants
        from stamps in Instants.Array[1, 5]
        from steps in Happenings(stamps, monotone).Array[1, 40]
        select new Story(rules, start, Running(start, steps, monotone));

    /// <summary>In a story with a forward clock a step's time is a distance from the step before.</summary>
    private static Step[] Running(DateTimeOffset start, Step[] steps, bool monotone)
    {
        if (!monotone)
        {
            return steps;
        }

        var now = start;
        return [.. steps.Select(step => step is Step.Clock clock ? new Step.Clock(now += (clock.Now - Noon).Duration() / 2) : step)];
    }

    private static Gen<Step> Happenings(DateTimeOffset[] stamps, bool monotone) => Gen.Frequency(
        (6, Gen.Select(States, Gen.OneOf(stamps), Gen.Int[0, 3], Revisions, (asks, stamp, spelling, revision) => (Step)Annotated(asks, stamp, spelling, revision))),
        (1, Gen.Select(States, Unreadable, (asks, text) => (Step)new Step.Annotate(asks, null, text, null))),
        (1, States.Select(asks => (Step)new Step.Vanish(asks))),
        (1, AllRules.Select(rules => (Step)new Step.Change(rules))),
        (monotone ? 4 : 3, Instants.Select(now => (Step)new Step.Clock(now))),
        (1, Gen.Const((Step)new Step.Restart())),
        (6, Candidates.Select(candidate => (Step)new Step.Look(candidate))));

    /// <summary>One instant can be written in many ways.</summary>
    private static Step.Annotate Annotated(GateState asks, DateTimeOffset stamp, int spelling, string? revision)
    {
        const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff";
        var text = spelling switch
        {
            0 => stamp.UtcDateTime.ToString(Format, null) + "Z",
            1 => stamp.UtcDateTime.AddHours(5.5).ToString(Format, null) + "+05:30",
            2 => stamp.UtcDateTime.ToString(Format, null).ToLowerInvariant() + "00z",
            _ => stamp.UtcDateTime.AddHours(-3).ToString(Format, null) + "-03:00",
        };
        return new Step.Annotate(asks, stamp, text, asks == GateState.Opened ? revision : null);
    }
}
