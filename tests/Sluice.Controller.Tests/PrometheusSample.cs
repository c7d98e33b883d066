namespace Sluice.Controller.Tests;

/// <summary>One sample: its name, its labels in the order in which they were written, its value.</summary>
internal sealed record PrometheusSample(string Name, List<(string Name, string Value)> Labels, double Value);
