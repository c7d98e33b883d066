namespace Sluice.TestBed;

/// <summary>kubectl ended with an exit code other than 0.</summary>
/// <param name="arguments">Its arguments.</param>
/// <param name="exitCode">Its exit code.</param>
/// <param name="error">Its standard error.</param>
public sealed class KubectlException(IReadOnlyList<string> arguments, int exitCode, string error)
    : Exception($"kubectl {string.Join(' ', arguments)} failed with exit code {exitCode}: {error}")
{
    /// <summary>kubectl's exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What kubectl wrote to standard error.</summary>
    public string Error { get; } = error;
}
