namespace Sluice.Controller.Tests.Sources;

/// <summary>A vote as the model of <see cref="ModelTests"/> remembers it.</summary>
internal sealed record ModelledVote(string Name, string User, bool Approves, (string Revision, string Digest) About, DateTimeOffset? Until, int? SignedWith);
