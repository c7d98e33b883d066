namespace Sluice.Api.Audit;

/// <summary>Where a chain is broken, and how.</summary>
/// <param name="Place">The first line that is not what it has to be.</param>
/// <param name="Problem">What was expected, and what was found.</param>
public sealed record AuditBreak(AuditPlace Place, string Problem)
{
    /// <summary>Both.</summary>
    public override string ToString() => $"{Place}: {Problem}";
}
