using System.Net;

namespace FluxStandIn;

/// <summary>What a stand-in watches, and how it behaves where Flux's controllers have flags.</summary>
public sealed record StandInOptions
{
    /// <summary>Path of the kubeconfig; null looks where kubectl looks (<c>KUBECONFIG</c>, then the home directory).</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Context of the kubeconfig; null is its current context.</summary>
    public string? Context { get; init; }

    /// <summary>Folder of the artifacts; null is a new temporary folder, deleted at the end: an <c>emptyDir</c>, as Flux installs it.</summary>
    public string? StoragePath { get; init; }

    /// <summary>Where artifacts and <c>/reconciles</c> are served. Loopback only by default, and port 0 picks a free one.</summary>
    public IPEndPoint StorageAddress { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Reconciliations of one kind that run at the same time; Flux's default is 4.</summary>
    public int Concurrent { get; init; } = 4;

    /// <summary>Namespaces to watch; empty is all of them.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>When to look again at what a Kustomization waits for: a dependency, or an artifact that is not there yet. Flux's default is 30 s.</summary>
    public TimeSpan RequeueDependency { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that each reconciliation takes at least, between reading <c>spec.suspend</c> and acting; zero by default.</summary>
    public TimeSpan ReconcileDelay { get; init; }

    /// <summary>
    /// Folder of bare repositories that plays the Git server of every http, https and ssh URL: the path of the URL is looked up below it.
    /// Flux's own CRD refuses <c>file://</c>, so tests against that CRD need it. Null: only <c>file://</c> URLs can be fetched.
    /// </summary>
    public string? GitRoot { get; init; }

    /// <summary>
    /// Folder of packaged charts that plays every Helm repository and registry: <c>PATH-OF-THE-URL/VERSION.tgz</c>. Null: charts, OCIRepositories and
    /// HelmReleases are only pretended to be reconciled.
    /// </summary>
    public string? ChartRoot { get; init; }

    /// <summary>The kubectl that builds folders with a kustomization.yaml; null looks in <c>PATH</c>, and without one the resources are listed instead.</summary>
    public string? Kubectl { get; init; }

    /// <summary>The least severe level that is written.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Info;

    /// <summary>Where log lines go; standard output by default.</summary>
    public TextWriter Log { get; init; } = Console.Out;

    /// <summary>The clock of intervals, conditions and retries.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
