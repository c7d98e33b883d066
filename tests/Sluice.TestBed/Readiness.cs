using Sluice.TestBed.Processes;

namespace Sluice.TestBed;

/// <summary>Waits until a server that was just started answers.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until it is ready.</summary>
    /// <param name="process">The server.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="ask">Null when it is ready, else why not; an <see cref="HttpRequestException"/> says the same.</param>
    /// <exception cref="InvalidOperationException">The server ended; the message ends with its output.</exception>
    /// <exception cref="TimeoutException">It is not ready in time; the message has the last answer and its output.</exception>
    public static async Task WaitAsync(ManagedProcess process, string name, TimeSpan timeout, Func<CancellationToken, Task<string?>> ask)
    {
        using CancellationTokenSource limit = new(timeout, TimeProvider.System);
        var last = "no answer";
        try
        {
            while (true)
            {
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"{name} ended with exit code {process.ExitCode}. {process.LastOutput()}");
                }

                try
                {
                    if (await ask(limit.Token) is not { } answer)
                    {
                        return;
                    }

                    last = answer;
                }
                catch (HttpRequestException e)
                {
                    last = e.InnerException?.Message ?? e.Message;
                }

                await Task.Delay(Pause, TimeProvider.System, limit.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"{name} was not ready within {timeout}: {last}. {process.LastOutput()}");
        }
    }
}
