using System.Diagnostics;

namespace Sluice.TestBed;

/// <summary>The real cosign, of the distribution: see <c>dev/cosign</c>.</summary>
public sealed class Cosign
{
    /// <summary>The password of every key.</summary>
    public const string Password = "correct horse";

    private static readonly SemaphoreSlim OneAtATime = new(1, 1);
    private static string? _program;

    private readonly string _folder;

    private Cosign(string folder) => _folder = folder;

    /// <summary>Makes it ready to work in a folder.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <exception cref="InvalidOperationException">It cannot be had; the message says why.</exception>
    public static async Task<Cosign> InAsync(string folder)
    {
        await ProgramAsync();
        return new(folder);
    }

    /// <summary>The path of the program.</summary>
    /// <exception cref="InvalidOperationException">It cannot be had; the message says why.</exception>
    public static async Task<string> ProgramAsync()
    {
        await OneAtATime.WaitAsync();
        try
        {
            return _program ??= (await RunAsync(RepositoryRoot.Path, RepositoryRoot.Combine("dev", "cosign"))).Trim();
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>Runs it in the folder and returns its standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its standard error.</exception>
    public Task<string> RunAsync(params string[] arguments) => RunAsync(_folder, _program!, arguments);

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["COSIGN_PASSWORD"] = Password;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}:\n{error}");
    }
}
