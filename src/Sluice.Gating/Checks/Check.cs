namespace Sluice.Gating.Checks;

/// <summary>Something that can keep an otherwise opened gate closed. No answer is not a yes.</summary>
/// <param name="Name">Its name, unique at its gate.</param>
/// <param name="IsAboutCandidate">Whether it is about each candidate by itself; else about the gate, for everything that names it.</param>
public abstract record Check(string Name, bool IsAboutCandidate);
