namespace Sluice.Gating.Checks;

/// <summary>Something that can keep an otherwise opened gate closed. No answer is not a yes.</summary>
/// <param name="Name">Its name, unique at its gate.</param>
public abstract record Check(string Name);
