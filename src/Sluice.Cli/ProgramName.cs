namespace Sluice.Cli;

/// <summary>How people call this program, by the name that it was started under.</summary>
internal static class ProgramName
{
    /// <summary><c>flux gate</c> and <c>kubectl gate</c> where it is installed as a plugin of theirs, else <c>sluice</c>.</summary>
    /// <param name="path">The name or path that it was started by: argv[0].</param>
    public static string Of(string? path) => Path.GetFileNameWithoutExtension(path) switch
    {
        "flux-gate" => "flux gate",
        "kubectl-gate" => "kubectl gate",
        _ => "sluice",
    };
}
