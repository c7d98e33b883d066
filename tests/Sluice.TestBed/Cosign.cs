using System.Diagnostics;

namespace Sluice.TestBed;

/// <summary>The real cosign, of the distribution: see <c>dev/cosign</c>.</summary>
public sealed class Cosign
{
    /// <summary>The password of every key.</summary>
    public const string Password = "correct horse";

    private readonly string _program;
    private readonly string _folder;

    private Cosign(string program, string folder) => (_program, _folder) = (program, folder);

    /// <summary>Makes it ready to work in a folder.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <exception cref="InvalidOperationException">It cannot be had; the message says why.</exception>
    public static async Task<Cosign> InAsync(string folder) => new(await DistributionTool.PathAsync("cosign"), folder);

    /// <summary>Runs it in the folder and returns its standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its standard error.</exception>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_program, arguments) { WorkingDirectory = _folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["COSIGN_PASSWORD"] = Password;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output
            : throw new InvalidOperationException($"{_program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}:\n{error}");
    }
}
