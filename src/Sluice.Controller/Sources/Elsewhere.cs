using Sluice.Controller.Access;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Kubernetes;

namespace Sluice.Controller.Sources;

/// <summary>Answers checks that ask what other gated sources have released, from the cache.</summary>
internal sealed class Elsewhere(GatedSources sources, Consumers consumers, NamespaceAccess access)
{
    /// <summary>Decides a check about a candidate.</summary>
    /// <param name="check">The check.</param>
    /// <param name="gateNamespace">The namespace of its gate, which has to have access to the other gated source.</param>
    /// <param name="candidate">What asks to pass.</param>
    /// <param name="now">The present instant.</param>
    public CheckDecision Decide(ReleasedElsewhere check, string gateNamespace, Candidate candidate, DateTimeOffset now)
    {
        var key = new ObjectKey(check.Namespace ?? gateNamespace, check.Source);
        var (found, where) = (sources.Find(key), $"GatedSource/{key}");
        if (access.Refusal(key.Namespace, found?.Source.Spec.AccessFrom, gateNamespace) is { } refusal)
        {
            return CheckDecision.No($"{where} is not accessible ({refusal})");
        }

        if (found is null || found.Source.Metadata.DeletionTimestamp is not null)
        {
            return CheckDecision.No($"{where} does not exist");
        }

        var state = found.State;
        var health = state.Released is { } released ? ReleaseHealth.Of(released.Candidate.Revision, consumers.Of(found.TargetKey, released.Candidate.Revision)) : ReleaseHealth.None;
        return check.Decide(candidate, where, state.History, health, now);
    }
}
