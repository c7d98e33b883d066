using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>
/// How long the write of a release may take. It is decided by what is so at one moment; an API server that takes long, or a network that keeps it, must not have it arrive when
/// the gate has closed. What is cut off is decided anew; so is what an API server asks to send again later (<see cref="WriteOptions.Once"/>).
/// </summary>
internal sealed class ReleaseDeadline : IDisposable
{
    /// <summary>However long what was decided may stay so: longer than an admission webhook may take (30 s), since each try would take as long, and none would be let through.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(35);

    /// <summary>How long a single request may take: longer than that, so that a release that hangs is ended, and told, by its own deadline.</summary>
    public static readonly TimeSpan LongestRequest = Longest + TimeSpan.FromSeconds(5);

    private readonly bool _isRelease;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _either;
    private DateTimeOffset _endsAt;
    private bool _isShortened;

    /// <summary>Begins to count.</summary>
    /// <param name="isRelease">Whether something is released; else there is no end to it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends it, too.</param>
    public ReleaseDeadline(bool isRelease, TimeProvider time, CancellationToken cancellation)
    {
        (_isRelease, _time, _cancellation, _endsAt) = (isRelease, time, cancellation, time.GetUtcNow() + Longest);
        _end = isRelease ? new(Longest, time) : new();
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _end.Token);
    }

    /// <summary>For what is done until then.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether it is over, and nothing else has ended.</summary>
    public bool IsOver => _end.IsCancellationRequested && !_cancellation.IsCancellationRequested;

    /// <summary>What has happened then, for people.</summary>
    public string Problem => _isShortened ? $"the API server has not carried out the release before {Rfc3339.Format(_endsAt)}, when what let it pass may be over"
        : $"the API server has not carried out the release within {Longest.TotalSeconds:0} s";

    /// <summary>What comes of a look that it has ended: decided anew, after a while. However long the back-off has become: what lets it pass may last no longer.</summary>
    public ReconcileResult Result => new() { Failure = new TimeoutException(Problem), RequeueAfter = Longest };

    /// <summary>It ends by then.</summary>
    /// <param name="until">When it may have to be decided otherwise; null: not known.</param>
    public void EndBy(DateTimeOffset? until)
    {
        if (_isRelease && until < _endsAt)
        {
            (_endsAt, _isShortened) = (until.Value, true);
            var left = until.Value - _time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                _end.CancelAfter(left);
            }
            else
            {
                // At once, and not by a timer a moment later.
                _end.Cancel();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _either.Dispose();
        _end.Dispose();
    }
}
