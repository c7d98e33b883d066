namespace Sluice.Controller.Metrics;

/// <summary>What the metrics show of one gate.</summary>
/// <param name="Namespace">The gate's namespace.</param>
/// <param name="Name">The gate's name.</param>
/// <param name="Opened">Whether it is opened now.</param>
/// <param name="Held">How many objects it holds now, zero or more.</param>
public readonly record struct GateReading(string Namespace, string Name, bool Opened, int Held);
