using System.Diagnostics;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

/// <summary>The built program, run as a user runs it. <c>SLUICE_BIN</c> names another build of it, for example the published one.</summary>
internal sealed class SluiceProgram(string kubeconfig)
{
    /// <summary>The program's path.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("SLUICE_BIN") is { Length: > 0 } named ? named
        : RepositoryRoot.Combine("src", "Sluice.Cli", "bin", Configuration, "net10.0", "sluice");

    /// <summary>How it was built, and this with it: .../bin/Debug/net10.0/.</summary>
    public static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>What it reads on standard input; default nothing.</summary>
    public string Input { get; init; } = "";

    /// <summary>How long one run may take; default a minute.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The value of <c>TZ</c>; null: as it is.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The value of <c>COSIGN_PASSWORD</c>; null: it is not set.</summary>
    public string? Password { get; init; }

    /// <summary>Whether it is run at a terminal, a pseudo-terminal of <c>script</c>; then what it says on standard error is in its output, too.</summary>
    public bool IsAtTerminal { get; init; }

    /// <summary>Runs it; the arguments are separated by spaces, and <c>{0}</c> and so on stand for arguments with spaces of their own.</summary>
    public Task<ProgramResult> RunAsync(string arguments, params string[] texts) =>
        RunAsync([.. arguments.Split(' ').Select(argument => argument is ['{', var digit, '}'] ? texts[digit - '0'] : argument)]);

    /// <summary>Runs it.</summary>
    public async Task<ProgramResult> RunAsync(IReadOnlyList<string> arguments)
    {
        var (file, words) = IsAtTerminal ? ("script", (IReadOnlyList<string>)["-qec", string.Join(' ', arguments.Prepend(Path).Select(word => $"'{word}'")), "/dev/null"]) : (Path, arguments);
        var start = new ProcessStartInfo(file, words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        if (IsAtTerminal)
            start.Environment["TERM"] = "dumb";
        if (TimeZone is not null)
            start.Environment["TZ"] = TimeZone;
        start.Environment.Remove("COSIGN_PASSWORD");
        if (Password is not null)
            start.Environment["COSIGN_PASSWORD"] = Password;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(Input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"sluice {string.Join(' ', arguments)} did not end within {Limit}.");
        }

        return new ProgramResult(process.ExitCode, await output, await error);
    }
}
