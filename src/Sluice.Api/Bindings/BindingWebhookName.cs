namespace Sluice.Api.Bindings;

/// <summary>The names of the webhooks by which API servers before Kubernetes 1.36 ask about what bindings select, one for each.</summary>
public static class BindingWebhookName
{
    private const int Longest = 253;

    /// <summary>The name of the webhook of a binding: <c>NAME.NAMESPACE.gatebindings.gating.toolkit.fluxcd.io</c>, or one with its UID where that is too long.</summary>
    /// <param name="name">The binding's name.</param>
    /// <param name="inNamespace">Its namespace; null for a ClusterGateBinding.</param>
    /// <param name="uid">Its identity.</param>
    public static string Of(string name, string? inNamespace, string uid)
    {
        var kind = inNamespace is null ? "clustergatebindings" : "gatebindings";
        var full = $"{name}{(inNamespace is null ? "" : $".{inNamespace}")}.{kind}.{ApiGroup.Name}";
        return full.Length <= Longest ? full : $"uid.{uid}.{kind}.{ApiGroup.Name}";
    }

    /// <summary>Whether a webhook is one of a binding.</summary>
    public static bool IsOne(string webhook) =>
        webhook.EndsWith($".gatebindings.{ApiGroup.Name}", StringComparison.Ordinal) || webhook.EndsWith($".clustergatebindings.{ApiGroup.Name}", StringComparison.Ordinal);
}
