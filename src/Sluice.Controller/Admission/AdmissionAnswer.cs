namespace Sluice.Controller.Admission;

/// <summary>An answer to an API server.</summary>
/// <param name="Result"><c>changed</c>, <c>unchanged</c> or <c>denied</c>.</param>
/// <param name="Body">The <c>AdmissionReview</c> to send.</param>
internal sealed record AdmissionAnswer(string Result, byte[] Body);
