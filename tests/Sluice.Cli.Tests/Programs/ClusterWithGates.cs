using Sluice.TestBed;

[assembly: AssemblyFixture(typeof(Sluice.Cli.Tests.Programs.ClusterWithGates))]

namespace Sluice.Cli.Tests.Programs;

/// <summary>A real API server with the CRDs of gates and of Flux, and no controller: what a controller writes, tests write with kubectl.</summary>
public sealed class ClusterWithGates : IAsyncLifetime
{
    private ControlPlane? _controlPlane;

    /// <summary>The API server.</summary>
    public ControlPlane ControlPlane => _controlPlane ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _controlPlane = await ControlPlane.StartAsync();
        await ControlPlane.InstallCrdsAsync(RepositoryRoot.Combine("config", "crd"));
        var crds = await FluxCrds.InstallAsync(ControlPlane);
        TestContext.Current.SendDiagnosticMessage("{0}, {1}", ControlPlane.Server, crds);
    }

    /// <summary>Makes a namespace of the test's own.</summary>
    public async Task<string> NamespaceAsync(string name)
    {
        await ControlPlane.Kubectl.RunAsync("create", "namespace", name);
        return name;
    }

    /// <summary>Makes a gate, with the status that a controller would have given it.</summary>
    /// <param name="inNamespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="opened">Its state; null: no controller has looked at it.</param>
    /// <param name="next">More of the status, such as <c>"nextTransition":{…},</c>.</param>
    public async Task GateAsync(string inNamespace, string name, bool? opened = false, string next = "")
    {
        await ControlPlane.Kubectl.ApplyAsync(
            $$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: {{name}}, namespace: {{inNamespace}}}
            spec: {default: closed, window: 1h}
            """);
        if (opened is { } state)
        {
            await StatusAsync(inNamespace, name,
                $$"""
                {{next}}"held":1,"conditions":[{"type":"Opened","status":"{{(state ? "True" : "False")}}","reason":"ReconciliationSucceeded",
                "message":"Gate {{(state ? "opened" : "closed")}} by default","lastTransitionTime":"2026-03-26T10:00:00Z"}]
                """);
        }
    }

    /// <summary>Makes a gate with windows, and no status.</summary>
    /// <param name="inNamespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="spec">More of its spec, such as <c>window: 1h</c>.</param>
    /// <param name="windows">The windows, as YAML.</param>
    public Task WindowsAsync(string inNamespace, string name, string spec, params string[] windows) => ControlPlane.Kubectl.ApplyAsync(
        $$"""
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: Gate
        metadata: {name: {{name}}, namespace: {{inNamespace}}}
        spec:
          {{spec}}
          windows: [{{string.Join(", ", windows)}}]
        """);

    /// <summary>Writes a gate's status.</summary>
    public Task StatusAsync(string inNamespace, string name, string status) => ControlPlane.Kubectl.RunAsync(
        "patch", "gate", name, $"--namespace={inNamespace}", "--subresource=status", "--type=merge", "--patch={\"status\":{" + status + "}}");

    /// <summary>Makes a Kustomization that names gates, held or not.</summary>
    /// <param name="inNamespace">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="gates">The gates that it names.</param>
    /// <param name="heldBy">What <c>held-by</c> says; null: it is not held.</param>
    public async Task KustomizationAsync(string inNamespace, string name, string gates, string? heldBy = null)
    {
        await ControlPlane.Kubectl.ApplyAsync(
            $$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: {{name}}, namespace: {{inNamespace}}, annotations: {gating.toolkit.fluxcd.io/gates: "{{gates}}"} }
            spec: {interval: 10m, path: ./deploy, prune: true, sourceRef: {kind: GitRepository, name: app} }
            """);
        if (heldBy is not null)
            await HoldAsync(inNamespace, name, heldBy);
    }

    /// <summary>Holds a Kustomization as sluice-controller does: by server-side apply under its name.</summary>
    public Task HoldAsync(string inNamespace, string name, string heldBy) => ControlPlane.Kubectl.ApplyAsync(
        $$"""
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: {{name}}
          namespace: {{inNamespace}}
          annotations: {gating.toolkit.fluxcd.io/held-by: "{{heldBy}}", gating.toolkit.fluxcd.io/held-since: "2026-03-26T10:00:00Z"}
        spec: {suspend: true}
        """, "sluice", force: true);

    /// <summary>Releases it again, as sluice-controller does.</summary>
    public Task ReleaseAsync(string inNamespace, string name) => ControlPlane.Kubectl.ApplyAsync(
        $$"""
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: {{name}}, namespace: {{inNamespace}}}
        """, "sluice", force: true);

    /// <summary>One value of an object, by a JSONPath; empty where there is none.</summary>
    /// <param name="inNamespace">Its namespace.</param>
    /// <param name="what">The object, as <c>gate/qa</c>.</param>
    /// <param name="path">The JSONPath.</param>
    /// <param name="orEmpty">Whether an object that does not exist has no value, too; default false: that is an error.</param>
    public Task<string> ValueAsync(string inNamespace, string what, string path, bool orEmpty = false) => ControlPlane.Kubectl.RunAsync(
        "get", what, $"--namespace={inNamespace}", $"--output=jsonpath={path}", "--show-managed-fields", $"--ignore-not-found={(orEmpty ? "true" : "false")}");

    public async ValueTask DisposeAsync()
    {
        if (_controlPlane is not null)
            await _controlPlane.DisposeAsync();
    }
}
