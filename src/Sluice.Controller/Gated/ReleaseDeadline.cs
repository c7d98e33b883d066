using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>
/// How long the write of a release may take. It is decided by what is so at one moment; an API server that asks to wait and send it again, or a network that keeps it, must not have it arrive when
/// the gate has closed. What is cut off is decided anew.
/// </summary>
internal sealed class ReleaseDeadline : IDisposable
{
    /// <summary>However long what was decided may stay so.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

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

    /// <summary>That it took too long, for people; null: it was over because something has to be decided otherwise by then.</summary>
    public string? Problem => _isShortened ? null : $"the API server has not carried out the release within {Longest.TotalSeconds:0} s";

    /// <summary>What comes of a look that it has ended.</summary>
    public ReconcileResult Result => Problem is { } problem ? new() { Failure = new TimeoutException(problem) } : new() { Retry = true };

    /// <summary>It ends by then.</summary>
    /// <param name="until">When it may have to be decided otherwise; null: not known.</param>
    public void EndBy(DateTimeOffset? until)
    {
        if (_isRelease && until < _endsAt)
        {
            (_endsAt, _isShortened) = (until.Value, true);
            var left = until.Value - _time.GetUtcNow();
            _end.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _either.Dispose();
        _end.Dispose();
    }
}
