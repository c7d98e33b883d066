namespace Sluice.TestBed;

/// <summary>How a <see cref="ControlPlane"/> is set up. The defaults suit most tests.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>
    /// Whether the API server serves watches from memory, as it does in production; default true. With false they come from etcd, so that
    /// <see cref="ControlPlane.CompactAsync"/> alone makes older resource versions answer 410 Gone, without a restart.
    /// </summary>
    public bool WatchCache { get; init; } = true;

    /// <summary>The oldest minor version of Kubernetes that Sluice supports, for <see cref="EmulatedVersion"/>.</summary>
    public const string OldestSupportedVersion = "1.30";

    /// <summary>
    /// The minor version of Kubernetes that the API server does as, for example <c>1.30</c>; default that of its libraries. It has the feature gates
    /// and the CEL functions of that version and serves its kinds: below 1.36 no MutatingAdmissionPolicy. Only the server of tests/control-plane can
    /// be told so; a kube-apiserver (<c>KUBEBUILDER_ASSETS</c>) is what it is, and one of another version skips the test.
    /// </summary>
    public string? EmulatedVersion { get; init; }

    /// <summary>More arguments for the API server, for example <c>--v=4</c>; default none.</summary>
    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];

    /// <summary>How long etcd and the API server may each take to get ready; default 60 s (they take about 2 s on an idle machine).</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
