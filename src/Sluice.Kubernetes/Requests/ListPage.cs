namespace Sluice.Kubernetes;

/// <summary>The <c>metadata</c> of one page of a list.</summary>
/// <param name="ResourceVersion">The version of the collection.</param>
/// <param name="Continue">The token of the next page; empty on the last.</param>
internal readonly record struct ListPage(string ResourceVersion, string Continue);
