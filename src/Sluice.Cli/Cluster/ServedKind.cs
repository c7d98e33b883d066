using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.Cli.Cluster;

/// <summary>A kind that the API server serves, in the version that it prefers among those that have the kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Resource">How to reach its objects.</param>
internal sealed record ServedKind(GatedKind Kind, ApiResource Resource);
