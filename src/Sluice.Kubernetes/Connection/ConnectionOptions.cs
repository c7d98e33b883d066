namespace Sluice.Kubernetes;

/// <summary>Which API server to talk to, as whom, and how fast.</summary>
public sealed record ConnectionOptions
{
    /// <summary>
    /// A kubeconfig file. Default null: the files of <c>$KUBECONFIG</c>, else <c>~/.kube/config</c>, else the pod's service account.
    /// </summary>
    public string? Kubeconfig { get; init; }

    /// <summary>A context of the kubeconfig. Default null: its current context.</summary>
    public string? Context { get; init; }

    /// <summary>Replaces the namespace of the context or of the pod. Default null.</summary>
    public string? Namespace { get; init; }

    /// <summary>The <c>User-Agent</c> of every request; audit logs and API priority and fairness see it. Default <c>sluice</c>.</summary>
    public string UserAgent { get; init; } = "sluice";

    /// <summary>Requests a second that are sustained, on average. Default 50, as Flux's <c>--kube-api-qps</c>; 0 or less: no limit.</summary>
    public double Qps { get; init; } = 50;

    /// <summary>Requests that may be sent at once after a quiet time. Default 300, as Flux's <c>--kube-api-burst</c>.</summary>
    public int Burst { get; init; } = 300;

    /// <summary>A user to act as (<c>Impersonate-User</c>). Default null: the credentials' own user.</summary>
    public string? ImpersonateUser { get; init; }

    /// <summary>Groups to act as; only together with <see cref="ImpersonateUser"/>. Default none.</summary>
    public IReadOnlyList<string> ImpersonateGroups { get; init; } = [];

    /// <summary>How long one request may take before it is given up; watches are exempt. Default 30 seconds.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
