using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>A cluster with what <c>config/default</c> installs, its policies in force, and a controller with the rights from there.</summary>
public sealed class GuardedCluster : IAsyncLifetime
{
    private readonly Dictionary<string, Kubectl> _people = [];

    public Cluster Cluster { get; } = new();

    /// <summary>Whether the cluster stamps requests and holds what is born, which takes MutatingAdmissionPolicy.</summary>
    public bool Stamps { get; init; } = true;

    public RunningController? Controller { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await Cluster.InitializeAsync();
        await Cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await Cluster.CreateGateAsync("default", "probe", "{}");
        await Cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "default"));
        if (Stamps)
        {
            await Cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "admission", "mutating"));
        }

        // Who may change gates in every way that Kubernetes itself knows, and nothing that Sluice asks for.
        await Cluster.Kubectl.RunAsync("create", "clusterrole", "writer", "--verb=get,list,watch,create,update,patch,delete", "--resource=gates.gating.toolkit.fluxcd.io");
        await Cluster.Kubectl.RunAsync("create", "clusterrolebinding", "writers", "--clusterrole=writer", "--group=writers");
        await Eventually.GivesAsync("the policies are in force", RefusesAsync, refuses => refuses);
        await Cluster.Kubectl.RunAsync("-n", "default", "delete", "gate", "probe");
        await StartControllerAsync();
    }

    /// <summary>Starts a controller with the rights that <c>config/default</c> gives it, also after the one before was killed.</summary>
    public async Task StartControllerAsync()
    {
        if (Controller is { } before)
        {
            await before.DisposeAsync();
        }

        Controller = await RunningController.StartAsync(
            Cluster.ControlPlane.KubeconfigFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts"),
            ["--runtime-namespace=flux-system", "--trust-requested-by"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (Controller is not null)
        {
            await Controller.DisposeAsync();
        }

        await Cluster.DisposeAsync();
    }

    /// <summary>kubectl as a person who may write gates everywhere, as far as Kubernetes itself is concerned.</summary>
    public Kubectl As(string person) =>
        _people.TryGetValue(person, out var known) ? known : _people[person] = Cluster.ControlPlane.KubectlFor(person, "writers", "system:authenticated");

    /// <summary>Lets everybody whom <see cref="As"/> names do everything to the Kustomizations of a namespace, as far as Kubernetes itself is concerned.</summary>
    public async Task GiveEditorsAsync(string ns)
    {
        await Cluster.Kubectl.RunAsync("-n", ns, "create", "role", "editor", "--verb=*", "--resource=kustomizations.kustomize.toolkit.fluxcd.io");
        await Cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "editors", "--role=editor", "--group=writers");
    }

    /// <summary>A namespace with a gate, in which <paramref name="person"/> has a role.</summary>
    public async Task<string> NewNamespaceAsync(string person, string? clusterRole, string spec = """{"window": "1h"}""")
    {
        var ns = await Cluster.NewNamespaceAsync();
        await Cluster.CreateGateAsync(ns, "gate", spec);
        if (clusterRole is not null)
        {
            await Cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "role", $"--clusterrole={clusterRole}", $"--user={person}");
        }

        return ns;
    }

    /// <summary>An API server takes a moment to know a policy, and another until it knows the schema of a new CRD for one that changes objects.</summary>
    private async Task<bool> RefusesAsync()
    {
        try
        {
            await As("nobody").RunAsync("-n", "default", "annotate", "gate/probe", "--overwrite", "close.gate.fluxcd.io/reason=probe");
            await Cluster.Kubectl.RunAsync("-n", "default", "annotate", "gate/probe", "close.gate.fluxcd.io/reason-");
            return false;
        }
        catch (KubectlException e)
        {
            return e.Error.Contains("it takes the verb close", StringComparison.Ordinal) && (!Stamps || (await IsStampedAsync() && await BirthStory.HasBegunAsync(Cluster)));
        }
    }

    private async Task<bool> IsStampedAsync()
    {
        try
        {
            var stamped = await Cluster.Kubectl.RunAsync(
                "-n", "default", "annotate", "gate/probe", "--overwrite", "--dry-run=server", "-o", "yaml", "close.gate.fluxcd.io/requestedAt=2020-01-01T00:00:00Z");
            return stamped.Contains("close.gate.fluxcd.io/requestedBy", StringComparison.Ordinal);
        }
        catch (KubectlException e) when (e.Error.Contains("ServiceUnavailable", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
