using System.Diagnostics;

namespace Sluice.TestBed.Processes;

/// <summary>A program that runs once, to its end, and whose output is the result.</summary>
internal static class Command
{
    /// <summary>Runs a program and returns what it printed, whatever its exit code.</summary>
    /// <param name="program">A path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">Its standard input; empty when null.</param>
    /// <param name="timeout">After that it is killed, with what it started.</param>
    /// <param name="onErrorLine">Called with each line of standard error as it comes.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? input,
        TimeSpan timeout,
        Action<string>? onErrorLine = null,
        CancellationToken cancellationToken = default)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using CancellationTokenSource limit = new(timeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var error = ReadLinesAsync(process.StandardError, onErrorLine, either.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), either.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading its input; its exit code and standard error say why.
            }

            await process.WaitForExitAsync(either.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {timeout}.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task<string> ReadLinesAsync(StreamReader reader, Action<string>? onLine, CancellationToken cancellationToken)
    {
        List<string> lines = [];
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            lines.Add(line);
            onLine?.Invoke(line);
        }

        return string.Join('\n', lines);
    }
}
