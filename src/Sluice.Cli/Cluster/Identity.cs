namespace Sluice.Cli.Cluster;

/// <summary>Who the user is, as the API server authenticated them.</summary>
/// <param name="Username">The username.</param>
/// <param name="Groups">The groups.</param>
/// <param name="Extra">The extra attributes; null: none.</param>
internal sealed record Identity(string Username, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra = null);
