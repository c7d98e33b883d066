namespace Sluice.Kubernetes;

/// <summary>One of the reasons that the API server gives for a failure, such as one conflicting field.</summary>
/// <param name="Reason">A word such as <c>FieldManagerConflict</c> or <c>FieldValueInvalid</c>.</param>
/// <param name="Field">The field's path, such as <c>.spec.suspend</c>; empty if the cause is not about one field.</param>
/// <param name="Message">Text for people; for a conflict it names the other manager.</param>
public sealed record StatusCause(string Reason, string Field, string Message);
