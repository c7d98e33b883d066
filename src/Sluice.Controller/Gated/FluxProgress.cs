namespace Sluice.Controller.Gated;

/// <summary>How far Flux has come with an object, read from its conditions.</summary>
/// <param name="IsReadyKnown">Whether <c>Ready</c> is True or False, which Flux sets when an attempt ends; it is Unknown during one.</param>
/// <param name="IsReady">Whether <c>Ready</c> is True.</param>
/// <param name="ReadyGeneration">The generation that <c>Ready</c> is about.</param>
/// <param name="IsProgressing">Whether an attempt goes on; waiting for the next retry is none.</param>
internal readonly record struct FluxProgress(bool IsReadyKnown, bool IsReady, long ReadyGeneration, bool IsProgressing)
{
    /// <summary>Takes one more condition into account.</summary>
    public FluxProgress With(string? type, string? status, string? reason, long observedGeneration) => type switch
    {
        "Ready" => this with { IsReadyKnown = status is "True" or "False", IsReady = status == "True", ReadyGeneration = observedGeneration },
        "Reconciling" => this with { IsProgressing = status == "True" && reason != "ProgressingWithRetry" },
        _ => this,
    };

    /// <summary>Whether an attempt at <paramref name="generation"/> has ended, well or badly.</summary>
    public bool AttemptFinished(long generation) => IsReadyKnown && !IsProgressing && ReadyGeneration >= generation;
}
