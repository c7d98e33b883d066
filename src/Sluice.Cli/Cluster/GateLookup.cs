using Sluice.Api.Gates;

namespace Sluice.Cli.Cluster;

/// <summary>What came of looking for a gate.</summary>
/// <param name="Gate">The gate; null when it does not exist or could not be read.</param>
/// <param name="Problem">Why it could not be read; null when it could, or when it does not exist.</param>
internal sealed record GateLookup(Gate? Gate, string? Problem = null);
