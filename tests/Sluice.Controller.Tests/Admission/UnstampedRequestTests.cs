using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Where nothing stamps requests, as before Kubernetes 1.36, a name can be given and none but one's own.</summary>
public sealed class UnstampedRequestTests(UnstampedRequestTests.Unstamped unstamped) : IClassFixture<UnstampedRequestTests.Unstamped>
{
    private readonly GuardedCluster _guarded = unstamped.Guarded;

    [Fact]
    public async Task Who_gives_the_name_of_another_is_refused()
    {
        var ns = await _guarded.NewNamespaceAsync("alice", "sluice-operator");
        var refused = (await new Func<Task>(() => OpenAsync(ns, "bob")).Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain($"gate {ns}/gate: requestedBy must be who makes the request, alice");
    }

    [Fact]
    public async Task Who_gives_their_own_name_is_named_in_the_status()
    {
        var ns = await _guarded.NewNamespaceAsync("alice", "sluice-operator");
        await OpenAsync(ns, "alice");
        await UntilRequestedBy(ns, "alice");
    }

    [Fact]
    public async Task Who_gives_no_name_is_named_by_the_field_manager_which_is_no_user()
    {
        var ns = await _guarded.NewNamespaceAsync("alice", "sluice-operator");
        await OpenAsync(ns, null);
        await UntilRequestedBy(ns, "manager:kubectl-annotate");
    }

    [Fact]
    public async Task The_name_of_an_earlier_request_does_not_stand_for_a_later_one_by_another()
    {
        var ns = await _guarded.NewNamespaceAsync("alice", "sluice-operator");
        await _guarded.Cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "bob", "--clusterrole=sluice-operator", "--user=bob");
        await OpenAsync(ns, "alice");
        var refused = (await new Func<Task>(() => _guarded.As("bob").RunAsync(
            "-n", ns, "annotate", "--overwrite", "gate/gate", $"open.gate.fluxcd.io/requestedAt={Now}")).Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain("requestedBy must be who makes the request, bob");
    }

    private static string Now => $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffffffZ}";

    private Task<string> OpenAsync(string ns, string? name) => _guarded.As("alice").RunAsync(
        ["-n", ns, "annotate", "gate/gate", $"open.gate.fluxcd.io/requestedAt={Now}", .. name is null ? Array.Empty<string>() : [$"open.gate.fluxcd.io/requestedBy={name}"]], null);

    private Task UntilRequestedBy(string ns, string name) =>
        _guarded.Cluster.UntilAsync(FluxResources.Gate, ns, "gate", $"was requested by {name}", gate => (string?)gate["status"]?["requestedBy"] == name);

    /// <summary>A guarded cluster without <c>config/admission/mutating</c>.</summary>
    public sealed class Unstamped : IAsyncLifetime
    {
        public GuardedCluster Guarded { get; } = new() { Stamps = false };

        public ValueTask InitializeAsync() => Guarded.InitializeAsync();

        public ValueTask DisposeAsync() => Guarded.DisposeAsync();
    }
}
