using Microsoft.AspNetCore.Connections;

namespace Sluice.Controller.Hosting;

/// <summary>
/// Lets go of the connections of a server that is about to stop. Clients keep them open between requests, and one that is closed under a request which is
/// just arriving loses it: Go sends no POST twice. So each answer says that its connection closes after it, until none is open and none came for a while.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ConnectionDrain(TimeProvider time)
{
    /// <summary>
    /// How long it is waited for, from the beginning: longer than the time between two requests of a busy client. A client that asks more rarely hardly meets
    /// the moment in which its connection is closed.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long none must have been open, from the beginning: a connection that the system has taken and the server has not yet seen is cut off when it stops,
    /// and what is told to close one may open the next at once.
    /// </summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;
    private long? _began;
    private long _lastChange = time.GetTimestamp();

    /// <summary>Begins: from now on answers say so.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _began ??= time.GetTimestamp();
        }
    }

    /// <summary>Counts the connections of a server; a middleware of its connections.</summary>
    public ConnectionDelegate Count(ConnectionDelegate next) => async connection =>
    {
        Change(1);
        try
        {
            await next(connection);
        }
        finally
        {
            Change(-1);
        }
    };

    /// <summary>Says in an answer that its connection closes, once it has begun.</summary>
    public void Tell(HttpContext context)
    {
        if (_began is not null)
        {
            context.Response.Headers.Connection = "close";
        }
    }

    /// <summary>Begins, and ends when none was open for <see cref="Quiet"/>, or when it has taken <see cref="Longest"/>.</summary>
    public async Task EndAsync()
    {
        Begin();
        while (true)
        {
            TimeSpan left;
            Task changed;
            lock (_lock)
            {
                (left, changed) = (Left(), _changed.Task);
            }

            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await changed.WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan Left()
    {
        var left = Longest - time.GetElapsedTime(_began!.Value);
        var quiet = Quiet - time.GetElapsedTime(Math.Max(_began.Value, _lastChange));
        return _open > 0 || left < quiet ? left : quiet;
    }

    private void Change(int by)
    {
        lock (_lock)
        {
            _open += by;
            _lastChange = time.GetTimestamp();
            if (_began is not null)
            {
                // Nobody waits for it before.
                _changed.SetResult();
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
