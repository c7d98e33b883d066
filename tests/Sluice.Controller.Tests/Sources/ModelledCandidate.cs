namespace Sluice.Controller.Tests.Sources;

/// <summary>What asks to pass, as the model of <see cref="ModelTests"/> knows it.</summary>
internal sealed record ModelledCandidate(string Revision, string Digest, string SpecDigest);
