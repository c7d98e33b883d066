namespace Sluice.Cli.Cluster;

/// <summary>Who the user is, as the API server authenticated them.</summary>
/// <param name="Username">The username.</param>
/// <param name="Groups">The groups.</param>
internal sealed record Identity(string Username, IReadOnlyList<string> Groups);
