namespace Sluice.Gating.Releases;

/// <summary>Whether what is released is well where it is deployed.</summary>
/// <param name="IsHealthy">
/// Whether everything that deploys it has done so and is ready. <see langword="null"/>: there is no news, as while Flux looks again at what it has
/// deployed, which it does at every interval; what was so before goes on.
/// </param>
/// <param name="Reason">Why, as one CamelCase word.</param>
/// <param name="Message">Why, in a sentence.</param>
public sealed record ReleaseHealth(bool? IsHealthy, string Reason, string Message)
{
    // More would make a message that nobody reads.
    private const int MaxNamed = 5;

    /// <summary>Nothing is released that could be healthy.</summary>
    public static ReleaseHealth None { get; } = new(false, "NothingReleased", "nothing is released");

    /// <summary>What the consumers of a release come to. Nothing that uses it is no health: a check of it would be empty.</summary>
    /// <param name="revision">What is released.</param>
    /// <param name="consumers">What deploys from the target.</param>
    public static ReleaseHealth Of(string revision, IReadOnlyCollection<Consumer> consumers)
    {
        if (consumers.Count == 0)
        {
            return new(false, "NoConsumers", "no Kustomization and no HelmRelease deploys from the target");
        }

        var failed = consumers.Where(consumer => consumer.State is ConsumerState.Failed).ToList();
        var suspended = consumers.Where(consumer => consumer.State is ConsumerState.Suspended).ToList();
        var behind = consumers.Where(consumer => !consumer.HasApplied).ToList();
        return failed.Count > 0 ? new(false, "ConsumerFailed", $"{Names(failed)} is not ready")
            : suspended.Count > 0 ? new(false, "ConsumerSuspended", $"{Names(suspended)} is suspended")
            : behind.Count > 0 ? new(false, "ConsumerProgressing", $"{Names(behind)} has not deployed {revision} yet")
            : consumers.All(consumer => consumer.State == ConsumerState.Ready) ? new(true, "ConsumersReady", $"{Names(consumers)} has deployed {revision} and is ready")
            : new(null, "ConsumerProgressing", $"{Names(consumers)} is being reconciled");
    }

    private static string Names(IReadOnlyCollection<Consumer> consumers)
    {
        var named = string.Join(", ", consumers.Select(consumer => consumer.Name).Order(StringComparer.Ordinal).Take(MaxNamed));
        return consumers.Count > MaxNamed ? $"each of {named} and {consumers.Count - MaxNamed} more" : consumers.Count > 1 ? $"each of {named}" : named;
    }
}
