using Sluice.Gating.Gates;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>What a gate is at every instant of a time line by the contract: worked out once, from every start and every end of every window.</summary>
internal sealed class NaiveGate
{
    private readonly List<NaiveMoment> _moments = [];
    private readonly int[] _nextChange;

    public NaiveGate(Scene scene, DateTimeOffset from, DateTimeOffset until)
    {
        (From, Until) = (from, until);
        var windows = scene.Windows.Select(window => (Window: window, Stretches: window.Stretches(from, until), Reached: new int[1])).ToList();
        var instants = windows.SelectMany(window => window.Stretches).SelectMany(stretch => new[] { stretch.Start, stretch.End })
            .Append(scene.Request?.ResetAt ?? from).Append(from).Where(instant => from <= instant && instant < until);
        foreach (var instant in instants.Distinct().Order())
        {
            var moment = Read(scene, instant, action => windows.FirstOrDefault(window => window.Window.Action == action && IsActive(window.Stretches, window.Reached, instant)).Window?.Name);
            if (_moments is not [.., var last] || last with { From = default } != moment with { From = default })
            {
                _moments.Add(moment);
            }
        }

        _nextChange = new int[_moments.Count];
        for (var i = _moments.Count - 1; i >= 0; i--)
        {
            _nextChange[i] = i == _moments.Count - 1 ? -1 : _moments[i + 1].State != _moments[i].State ? i + 1 : _nextChange[i + 1];
        }
    }

    public DateTimeOffset From { get; }

    public DateTimeOffset Until { get; }

    public IReadOnlyList<NaiveMoment> Moments => _moments;

    public IEnumerable<Transition> Transitions => Enumerable.Range(1, _moments.Count - 1).Where(i => _moments[i].State != _moments[i - 1].State).Select(At);

    public NaiveMoment this[DateTimeOffset instant] => _moments[Index(instant)];

    /// <summary>The first change of state after an instant, or <see langword="null"/> when the time line has none.</summary>
    public Transition? Next(DateTimeOffset instant) => _nextChange[Index(instant)] is var next and >= 0 ? At(next) : null;

    private Transition At(int index)
    {
        var (before, after) = (_moments[index - 1].Say, _moments[index].Say);
        var cause = after > before
            ? after switch
            {
                NaiveSay.OpenWindow => "OpenWindowStarted",
                NaiveSay.CloseWindow => "CloseWindowStarted",
                _ => throw new NotSupportedException($"{after} begins by itself"),
            }
            : before switch
            {
                NaiveSay.OpenWindow => "OpenWindowEnded",
                NaiveSay.CloseWindow => "CloseWindowEnded",
                NaiveSay.Request => "RequestExpired",
                NaiveSay.Override => "OverrideExpired",
                _ => throw new NotSupportedException($"{before} ends"),
            };
        return new(_moments[index].From, _moments[index].State, cause);
    }

    private int Index(DateTimeOffset instant)
    {
        var (low, high) = (0, _moments.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _moments[middle].From <= instant ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>"From strongest to weakest", said once more.</summary>
    private static NaiveMoment Read(Scene scene, DateTimeOffset instant, Func<WindowAction, string?> active)
    {
        var request = scene.Request is { } asked && (asked.ResetAt is null || instant < asked.ResetAt) ? asked : null;
        var isForThis = request?.Revision is null || scene.Candidate?.Revision == request.Revision || scene.Candidate?.Digest == request.Revision;
        var asksFor = request?.Target == GateState.Opened && isForThis ? GateState.Opened : GateState.Closed;
        return request?.Override is not null ? new(instant, asksFor, NaiveSay.Override, null)
            : active(WindowAction.Close) is { } close ? new(instant, GateState.Closed, NaiveSay.CloseWindow, close)
            : request is not null ? new(instant, asksFor, NaiveSay.Request, null)
            : active(WindowAction.Open) is { } open ? new(instant, GateState.Opened, NaiveSay.OpenWindow, open)
            : new(instant, scene.Default, NaiveSay.Default, null);
    }

    private static bool IsActive(List<(DateTimeOffset Start, DateTimeOffset End)> stretches, int[] reached, DateTimeOffset instant)
    {
        while (reached[0] < stretches.Count && stretches[reached[0]].End <= instant)
        {
            reached[0]++;
        }

        return reached[0] < stretches.Count && stretches[reached[0]].Start <= instant;
    }
}
