using System.Security.Cryptography;
using System.Text;
using Sluice.Controller.Logging;

namespace Sluice.Controller.Hosting;

/// <summary>What the command line says. Names and defaults are those of Flux's own controllers where they have the flag.</summary>
internal sealed record ControllerOptions
{
    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    /// <summary>The namespace of the lease and, without <see cref="WatchAllNamespaces"/>, the only one that is watched.</summary>
    public string? Namespace { get; init; }

    public bool WatchAllNamespaces { get; init; } = true;

    /// <summary>The only namespaces that are watched; empty: <see cref="WatchAllNamespaces"/> says which.</summary>
    public IReadOnlyList<string> WatchNamespaces { get; init; } = [];

    /// <summary>The namespaces whose gates, bindings and gated objects are watched; null: all.</summary>
    public IReadOnlyList<string>? WatchedNamespaces => WatchNamespaces.Count > 0 ? WatchNamespaces : WatchAllNamespaces ? null : [Namespace!];

    /// <summary>Selects the gated objects of a shard; null: all.</summary>
    public string? WatchLabelSelector { get; init; }

    public bool NoCrossNamespaceRefs { get; init; }

    /// <summary>Believe the annotations that say who made a request: where <c>config/admission</c> is installed, nobody can claim to be another.</summary>
    public bool TrustRequestedBy { get; init; }

    public IReadOnlyList<string> AdditionalKinds { get; init; } = [];

    /// <summary>The hosts that checks may ask; empty: none.</summary>
    public IReadOnlyList<string> CheckHosts { get; init; } = [];

    /// <summary>The address of notification-controller; null: Flux events go nowhere.</summary>
    public Uri? EventsAddress { get; init; }

    /// <summary>The file that every decision is written to before it is carried out; null: none.</summary>
    public string? AuditLog { get; init; }

    public ListenAddress MetricsAddress { get; init; } = ListenAddress.Parse(":8080");

    public ListenAddress HealthAddress { get; init; } = ListenAddress.Parse(":9440");

    /// <summary>Where the admission webhook is served; off where the API server's own policies do its work.</summary>
    public ListenAddress WebhookAddress { get; init; } = ListenAddress.Off;

    /// <summary>The name, or the address, by which API servers reach the webhook; null: that of the Service <c>sluice-webhook</c>.</summary>
    public string? WebhookHost { get; init; }

    public int Concurrent { get; init; } = 4;

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public LogEncoding LogEncoding { get; init; } = LogEncoding.Json;

    public bool LeaderElection { get; init; }

    /// <summary>
    /// The name of the lease. Each shard has its own, named as Flux's controllers name theirs, else the shards would wait for each other; so has
    /// each controller of some namespaces.
    /// </summary>
    public string LeaseName => string.IsNullOrEmpty(Share)
        ? "sluice-controller-leader-election"
        : $"sluice-controller-leader-election-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Share)))[..8]}";

    public bool ReleaseOnCancel { get; init; } = true;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(35);

    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan MinRetryDelay { get; init; } = TimeSpan.FromMilliseconds(750);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>By how much of itself the interval of a gate is shortened or lengthened at most, in percent, at random.</summary>
    public int IntervalJitterPercentage { get; init; } = 5;

    public double KubeApiQps { get; init; } = 50;

    public int KubeApiBurst { get; init; } = 300;

    // Which share of the cluster's objects is this controller's.
    private string Share => WatchNamespaces.Count == 0
        ? WatchLabelSelector ?? ""
        : $"{WatchLabelSelector}@{string.Join(',', WatchNamespaces.Order(StringComparer.Ordinal))}";
}
