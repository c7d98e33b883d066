using Sluice.Gating.Gates;

namespace Sluice.Gating.Releases;

/// <summary>A person's request to go back to something that was released before.</summary>
/// <param name="Token">What makes it another request than the one before it: each is taken once.</param>
/// <param name="To">The revision, the digest or the <see cref="Candidate.ExactName"/>, in full. What several have is the newest of the releases.</param>
/// <param name="By">Who asks, as far as that is known.</param>
public sealed record RollbackRequest(string Token, string To, string? By);
