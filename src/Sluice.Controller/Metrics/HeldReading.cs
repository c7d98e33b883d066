namespace Sluice.Controller.Metrics;

/// <summary>How many objects of one kind in one namespace are held now.</summary>
/// <param name="Kind">The objects' kind, such as <c>Kustomization</c>.</param>
/// <param name="Namespace">The objects' namespace.</param>
/// <param name="Count">How many, each counted once however many gates hold it.</param>
public readonly record struct HeldReading(string Kind, string Namespace, int Count);
