namespace Sluice.Cli.Installing;

/// <summary>What there is under the names of what is installed; each list in the order in which it goes, and before those that follow.</summary>
/// <param name="Program">What holds, and has others held: webhooks, which nobody would answer any more, and the Deployment.</param>
/// <param name="Policies">What guards what is held.</param>
/// <param name="Rest">What else was installed, and what the controller has made for itself.</param>
/// <param name="Definitions">The definitions of kinds, which go only where that is asked for.</param>
/// <param name="OfOthers">What has only the name: it is somebody else's, and stays.</param>
internal sealed record Installed(
    IReadOnlyList<InstallObject> Program, IReadOnlyList<InstallObject> Policies, IReadOnlyList<InstallObject> Rest, IReadOnlyList<InstalledDefinition> Definitions,
    IReadOnlyList<InstallObject> OfOthers)
{
    /// <summary>Everything that goes, but for the definitions.</summary>
    public IReadOnlyList<InstallObject> Objects => [.. Program, .. Policies, .. Rest];
}
