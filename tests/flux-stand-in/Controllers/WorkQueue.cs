using System.Threading.Channels;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>
/// controller-runtime's queue: an object waits at most once, is never worked on twice at the same time, and what is added
/// while it is being worked on comes again afterwards. Of several times to come back the earliest counts.
/// </summary>
internal sealed class WorkQueue(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Channel<ObjectName> _ready = Channel.CreateUnbounded<ObjectName>();
    private readonly HashSet<ObjectName> _waiting = [];
    private readonly HashSet<ObjectName> _working = [];
    private readonly Dictionary<ObjectName, (DateTimeOffset At, ITimer Timer)> _later = [];

    public void Add(ObjectName name)
    {
        lock (_lock)
        {
            if (_waiting.Add(name) && !_working.Contains(name))
                _ready.Writer.TryWrite(name);
        }
    }

    public void AddAfter(ObjectName name, TimeSpan delay)
    {
        lock (_lock)
        {
            var at = time.GetUtcNow() + delay;
            if (_later.TryGetValue(name, out var planned))
            {
                if (planned.At <= at)
                    return;
                planned.Timer.Dispose();
            }

            _later[name] = (at, time.CreateTimer(_ => Due(name, at), null, delay, Timeout.InfiniteTimeSpan));
        }
    }

    public async ValueTask<ObjectName> TakeAsync(CancellationToken cancellation)
    {
        var name = await _ready.Reader.ReadAsync(cancellation);
        lock (_lock)
        {
            _waiting.Remove(name);
            _working.Add(name);
        }

        return name;
    }

    public void Done(ObjectName name)
    {
        lock (_lock)
        {
            _working.Remove(name);
            if (_waiting.Contains(name))
                _ready.Writer.TryWrite(name);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, timer) in _later.Values)
                timer.Dispose();
            _later.Clear();
        }
    }

    private void Due(ObjectName name, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (!_later.TryGetValue(name, out var planned) || planned.At != at)
                return;
            planned.Timer.Dispose();
            _later.Remove(name);
        }

        Add(name);
    }
}
