using System.Diagnostics;
using System.Globalization;

namespace Sluice.TestBed.Processes;

/// <summary>
/// A program that a test runs beside itself: its output is kept, it can be stopped gracefully or killed, and it dies with the test
/// process, even when that is killed itself.
/// </summary>
/// <remarks>
/// The program starts through <c>sh</c>, which leaves a watcher behind and then becomes the program (so <see cref="Id"/> is the program's).
/// The watcher reads the pipe that is the program's standard input in .NET's eyes: the end of that pipe without a farewell means that the
/// test process is gone. The kernel's parent-death signal would not do: it fires when the <em>thread</em> that started the program ends,
/// and a thread of the pool may. The program itself gets no standard input.
/// </remarks>
public sealed class ManagedProcess : IAsyncDisposable
{
    private const string DieWithParent =
        """
        patience=$1; shift
        exec 3<&0 </dev/null
        (
          trap '' INT TERM HUP; exec >/dev/null 2>&1
          read -r farewell <&3 && exit
          [ "$patience" = 0 ] || kill -TERM $$
          while [ "$patience" -gt 0 ] && kill -0 $$; do sleep 1; patience=$((patience - 1)); done
          kill -KILL $$
        ) &
        exec 3<&-
        exec "$@"
        """;

    private readonly Process _process;
    private readonly TimeSpan _cleansUpWithin;
    private readonly ProcessOutput _output = new();
    private readonly Task _pumps;
    private readonly Task<int> _exited;

    private ManagedProcess(string name, Process process, TimeSpan cleansUpWithin)
    {
        Name = name;
        _process = process;
        _cleansUpWithin = cleansUpWithin;
        Id = process.Id;
        _pumps = PumpAllAsync();
        _exited = WatchAsync();
    }

    /// <summary>What error messages call it: the file name of the program.</summary>
    public string Name { get; }

    /// <summary>The process ID of the program.</summary>
    public int Id { get; }

    /// <summary>Whether the program has ended, by itself or by a signal.</summary>
    public bool HasExited => _exited.IsCompleted;

    /// <summary>The exit code, 128 + the number for a signal (137: killed, 143: terminated); null while it runs.</summary>
    public int? ExitCode => _exited.IsCompletedSuccessfully ? _exited.Result : null;

    /// <summary>Standard output and standard error, line by line in the order of arrival: the last 20,000 lines.</summary>
    public IReadOnlyList<string> Output => _output.Lines;

    /// <summary>Starts a program.</summary>
    /// <param name="program">A path, or a name that is looked for in <c>PATH</c>.</param>
    /// <param name="arguments">Its arguments, passed as they are.</param>
    /// <param name="environment">Variables to set, or with a null value to remove, beside those of the test process.</param>
    /// <param name="workingDirectory">Where it runs; default: where the test process does.</param>
    /// <param name="cleansUpWithin">
    /// How long it takes at most to stop what it has started itself; default: it has started nothing that would outlive it. It is asked to stop
    /// (SIGTERM) then, and killed only after that time, wherever others are killed at once: when it is disposed of, and when the test process dies.
    /// </param>
    public static ManagedProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        TimeSpan cleansUpWithin = default)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", DieWithParent, "sh", $"{(int)cleansUpWithin.TotalSeconds}", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new ManagedProcess(Path.GetFileName(program), Process.Start(start)!, cleansUpWithin);
    }

    /// <summary>Waits for a line of output, printed already or still to come.</summary>
    /// <param name="part">What the line contains, compared ordinally.</param>
    /// <param name="timeout">How long to wait; default 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The whole line.</returns>
    /// <exception cref="TimeoutException">No such line came in time; the message ends with the last output.</exception>
    /// <exception cref="InvalidOperationException">The program ended without such a line; the message ends with the last output.</exception>
    public async Task<string> WaitForLineAsync(string part, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        try
        {
            return await _output.FindAsync(line => line.Contains(part, StringComparison.Ordinal))
                .WaitAsync(limit, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Name} printed no line with \"{part}\" within {limit}. {LastOutput()}");
        }
        catch (EndOfStreamException)
        {
            throw new InvalidOperationException($"{Name} ended without a line with \"{part}\". {LastOutput()}");
        }
    }

    /// <summary>Waits for the end of the program.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It still runs; the message ends with the last output.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _exited.WaitAsync(timeout, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Name} still ran after {timeout}. {LastOutput()}");
        }
    }

    /// <summary>Kills the program at once (SIGKILL), as a crash or the kernel would. Does nothing when it has ended.</summary>
    public void Kill()
    {
        if (!HasExited)
        {
            _process.Kill();
        }
    }

    /// <summary>Asks the program to stop (SIGTERM), as Kubernetes does, and waits for it.</summary>
    /// <param name="timeout">How long it may take; Kubernetes' own default is 30 s.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It did not stop and was killed; the message ends with the last output.</exception>
    public async Task<int> TerminateAsync(TimeSpan timeout)
    {
        if (!HasExited && Signals.Send(Id, Signals.Terminate) is var error and not 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Could not signal {Name} (process {Id}): error {error}."));
        }

        try
        {
            return await WaitForExitAsync(timeout);
        }
        catch (TimeoutException)
        {
            Kill();
            throw;
        }
    }

    /// <summary>Kills the program if it still runs, one that cleans up after itself only when it does not end in time, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_cleansUpWithin > TimeSpan.Zero && !HasExited)
        {
            Signals.Send(Id, Signals.Terminate);
            await Task.WhenAny(_exited, Task.Delay(_cleansUpWithin, TimeProvider.System));
        }

        Kill();
        await _exited;
        _process.Dispose();
    }

    /// <summary>What the kernel does when the test process dies: the pipe ends, without a farewell. For the test of that.</summary>
    internal void Abandon() => _process.StandardInput.Close();

    /// <summary>The last lines of output, introduced, for messages of exceptions.</summary>
    internal string LastOutput() => $"Its last output:\n{_output.Tail()}";

    private async Task<int> WatchAsync()
    {
        await _process.WaitForExitAsync();
        try
        {
            // The farewell: without it the watcher would kill whatever has that process ID by then.
            await _process.StandardInput.WriteLineAsync();
            _process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The watcher is gone too, for example because the whole process group was killed.
        }

        // A grandchild may hold the pipes open; what the program itself printed is there by then.
        await Task.WhenAny(_pumps, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
        _output.End();
        return _process.ExitCode;
    }

    private Task PumpAllAsync() => Task.WhenAll(PumpAsync(_process.StandardOutput), PumpAsync(_process.StandardError));

    private async Task PumpAsync(StreamReader reader)
    {
        await Task.Yield();
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                _output.Add(line);
            }
        }
        catch (ObjectDisposedException)
        {
            // Disposed while a grandchild held the pipe open.
        }
    }
}
