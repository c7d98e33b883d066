namespace Sluice.Controller.Tests;

/// <summary>A family as <see cref="PrometheusParser"/> reads it.</summary>
internal sealed record PrometheusFamily(string Name, string? Help, string Type, List<PrometheusSample> Samples)
{
    public double Value(params (string Name, string Value)[] labels) => Sample(Name, labels).Value;

    /// <summary>The one sample of this name with exactly these labels.</summary>
    public PrometheusSample Sample(string name, params (string Name, string Value)[] labels) =>
        Samples.Should().ContainSingle(s => s.Name == name && s.Labels.SequenceEqual(labels), $"{name} has one sample for {string.Join(",", labels)}").Which;
}
