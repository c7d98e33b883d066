namespace Sluice.Gating.Signatures;

/// <summary>An object that a statement names: the gate, or the target.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its identity: one of the same name in another cluster, or made anew, has another.</param>
public sealed record SignedObject(string Namespace, string Name, string Uid);
