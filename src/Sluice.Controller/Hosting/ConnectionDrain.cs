using Microsoft.AspNetCore.Connections;

namespace Sluice.Controller.Hosting;

/// <summary>
/// Lets go of the connections of a server that is about to stop. Clients keep them open between requests, and one that is closed under a request which is
/// just arriving loses it: Go sends no POST twice. So each answer says that its connection closes after it, until none is open.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ConnectionDrain(TimeProvider time)
{
    /// <summary>
    /// How long it is waited for, from the beginning: longer than the time between two requests of a busy client. A client that asks more rarely hardly meets
    /// the moment in which its connection is closed.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private int _open;
    private long? _began;
    private TaskCompletionSource? _noneOpen;

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
        lock (_lock)
        {
            _open++;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            lock (_lock)
            {
                if (--_open == 0)
                {
                    _noneOpen?.TrySetResult();
                }
            }
        }
    };

    /// <summary>Says in an answer that its connection closes, once it has begun. HTTP/2 has no such header: there the server says it when it stops.</summary>
    public void Tell(HttpContext context)
    {
        if (_began is not null && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    /// <summary>Begins, and ends when no connection is open, or when it has taken <see cref="Longest"/>.</summary>
    public async Task EndAsync()
    {
        Begin();
        Task noneOpen;
        TimeSpan left;
        lock (_lock)
        {
            if (_open == 0)
            {
                return;
            }

            noneOpen = (_noneOpen ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            left = Longest - time.GetElapsedTime(_began!.Value);
        }

        if (left > TimeSpan.Zero)
        {
            await noneOpen.WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
