namespace Sluice.Gating.Releases;

/// <summary>Something that deploys from the target of a gated source, such as a Kustomization.</summary>
/// <param name="Name">What people call it: <c>Kustomization/apps/app</c>.</param>
/// <param name="State">How it is doing.</param>
/// <param name="HasApplied">Whether what is released is what it has deployed, all of it.</param>
public sealed record Consumer(string Name, ConsumerState State, bool HasApplied);
