namespace Sluice.Controller.Gated;

/// <summary>The <c>Approved</c> condition of a gated object, without its time.</summary>
/// <param name="Status"><c>True</c> or <c>False</c>.</param>
/// <param name="Reason">Why, as one CamelCase word.</param>
/// <param name="Message">Why, in a sentence.</param>
internal sealed record ApprovedCondition(string Status, string Reason, string Message);
