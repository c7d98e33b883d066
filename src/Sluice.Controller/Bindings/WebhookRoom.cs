namespace Sluice.Controller.Bindings;

/// <summary>
/// Which bindings find no room in the MutatingWebhookConfiguration, as the leader has last seen: what they alone select is not born held below Kubernetes 1.36.
/// </summary>
/// <param name="isKnown">Whether it is known from the start that none lacks it, since there is no webhook. Default: not before somebody has looked.</param>
internal sealed class WebhookRoom(bool isKnown = false)
{
    private volatile IReadOnlyDictionary<BindingKey, string>? _lacking = isKnown ? new Dictionary<BindingKey, string>() : null;

    /// <summary>Told when others lack it than before, or for another reason.</summary>
    public event Action? Changed;

    /// <summary>Whether anybody has looked. Who has not seen it says of no binding that there is room for it again.</summary>
    public bool IsKnown => _lacking is not null;

    /// <summary>Why there is no room for a binding, and what to do; null when there is.</summary>
    public string? WhyNot(BindingKey key) => _lacking?.GetValueOrDefault(key);

    /// <summary>Takes what was seen.</summary>
    /// <param name="lacking">The bindings without room, with the reason.</param>
    public void Observe(IReadOnlyDictionary<BindingKey, string> lacking)
    {
        if (_lacking is { } before && before.Count == lacking.Count && lacking.All(one => before.GetValueOrDefault(one.Key) == one.Value))
        {
            return;
        }

        _lacking = lacking;
        Changed?.Invoke();
    }
}
