namespace Sluice.Api.Audit;

/// <summary>What one gate said.</summary>
/// <param name="Name">The gate, as <c>namespace/name</c>.</param>
/// <param name="State"><c>opened</c> or <c>closed</c>.</param>
/// <param name="Reason">Why, as one CamelCase word.</param>
public sealed record AuditGate(string Name, string State, string Reason);
