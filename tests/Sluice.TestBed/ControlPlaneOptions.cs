namespace Sluice.TestBed;

/// <summary>How a <see cref="ControlPlane"/> is set up. The defaults suit most tests.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>
    /// Whether the API server serves watches from memory, as it does in production; default true. With false they come from etcd, so that
    /// <see cref="ControlPlane.CompactAsync"/> alone makes older resource versions answer 410 Gone, without a restart.
    /// </summary>
    public bool WatchCache { get; init; } = true;

    /// <summary>
    /// Whether the API server has MutatingAdmissionPolicy; default true. With false it is as before Kubernetes 1.36. Only the server of
    /// tests/control-plane can be told so; a kube-apiserver has what its version has.
    /// </summary>
    public bool MutatingPolicies { get; init; } = true;

    /// <summary>More arguments for the API server, for example <c>--v=4</c>; default none.</summary>
    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];

    /// <summary>How long etcd and the API server may each take to get ready; default 60 s (they take about 2 s on an idle machine).</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
