namespace Sluice.TestBed.Processes;

/// <summary>The lines that a program has printed, the last <see cref="Capacity"/> of them, and a way to wait for one.</summary>
internal sealed class ProcessOutput
{
    /// <summary>How many lines are kept; older ones are dropped.</summary>
    public const int Capacity = 20_000;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private readonly List<(Func<string, bool> Matches, TaskCompletionSource<string> Found)> _waiting = [];
    private bool _ended;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (_lock)
        {
            if (_lines.Count == Capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Matches(line))
                {
                    _waiting[i].Found.TrySetResult(line);
                    _waiting.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>No more lines come: who waits for one waits in vain.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var (_, found) in _waiting)
            {
                found.TrySetException(new EndOfStreamException());
            }

            _waiting.Clear();
        }
    }

    /// <summary>The first line, printed already or to come, that matches; fails with <see cref="EndOfStreamException"/> at the end.</summary>
    public Task<string> FindAsync(Func<string, bool> matches)
    {
        lock (_lock)
        {
            foreach (var line in _lines)
            {
                if (matches(line))
                {
                    return Task.FromResult(line);
                }
            }

            if (_ended)
            {
                return Task.FromException<string>(new EndOfStreamException());
            }

            TaskCompletionSource<string> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((matches, found));
            return found.Task;
        }
    }

    /// <summary>The last lines as one text, for error messages.</summary>
    public string Tail(int count = 30)
    {
        lock (_lock)
        {
            return string.Join('\n', _lines.Skip(Math.Max(0, _lines.Count - count)));
        }
    }
}
