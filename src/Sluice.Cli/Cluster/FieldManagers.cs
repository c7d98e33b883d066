namespace Sluice.Cli.Cluster;

/// <summary>Under whose name fields are written.</summary>
internal static class FieldManagers
{
    /// <summary>
    /// This program. kustomize-controller takes fields away from managers whose names begin with <c>kubectl</c> on every object that it
    /// applies, so this one must not.
    /// </summary>
    public const string CommandLine = "sluice-cli";

    /// <summary>sluice-controller, when it holds and releases.</summary>
    public const string Controller = "sluice";
}
