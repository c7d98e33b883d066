namespace Sluice.Api.Audit;

/// <summary>Where a line stands.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Line">The number of the line, from 1.</param>
public readonly record struct AuditPlace(string File, long Line)
{
    /// <summary><c>audit.jsonl:3</c>.</summary>
    public override string ToString() => $"{File}:{Line}";
}
