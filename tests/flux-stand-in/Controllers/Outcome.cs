namespace FluxStandIn.Controllers;

/// <summary>How a reconciliation ended.</summary>
/// <param name="Again">When to come back without any change; null is not at all.</param>
/// <param name="Revision">The revision that was worked on, if there was one.</param>
internal sealed record Outcome(TimeSpan? Again, string? Revision = null);
