using System.ComponentModel;
using System.Diagnostics;

namespace FluxStandIn;

/// <summary>Runs git or kubectl and takes what they print.</summary>
internal static class RunProgram
{
    /// <exception cref="IOException">The program could not be started, or ended with another code than 0; the message has what it said.</exception>
    public static async Task<byte[]> OutputAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new IOException($"cannot run {program}: {e.Message}", e);
        }

        try
        {
            using var output = new MemoryStream();
            var said = process.StandardError.ReadToEndAsync(cancellation);
            await process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? output.ToArray() : throw new IOException((await said).Trim());
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
