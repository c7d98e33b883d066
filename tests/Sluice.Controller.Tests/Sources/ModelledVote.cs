namespace Sluice.Controller.Tests.Sources;

/// <summary>A vote as the model of <see cref="ModelTests"/> remembers it.</summary>
internal sealed record ModelledVote(string Name, string User, bool Approves, ModelledCandidate About, DateTimeOffset CastBy, DateTimeOffset? Until, int? SignedWith);
