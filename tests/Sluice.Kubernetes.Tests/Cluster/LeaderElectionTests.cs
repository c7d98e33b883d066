using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sluice.Kubernetes.Tests.Cluster;

public sealed class LeaderElectionTests(TestCluster cluster) : IAsyncLifetime
{
    private readonly KubernetesApi _api = cluster.Open();
    private ObjectKey _lease;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lease = new ObjectKey(await cluster.NewNamespaceAsync(), "sluice");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task After_a_clean_stop_a_standby_leads_within_three_seconds_although_it_retries_every_five()
    {
        await using var first = Candidate("first", Patient);
        await first.LeadsAsync();
        await using var second = Candidate("second", Patient);
        await second.SeesAsync("first");
        second.Leading.IsCompleted.Should().BeFalse("there is one leader");

        var stopped = TimeProvider.System.GetTimestamp();
        await first.StopAsync();
        await second.LeadsAsync();

        TimeProvider.System.GetElapsedTime(stopped).Should().BeLessThan(TimeSpan.FromSeconds(3));
        first.Elector.IsLeader.Should().BeFalse();
        await second.StopAsync();
        (await LeaseAsync())!.Holder.Should().BeEmpty("a clean stop frees the lease");
    }

    [Fact]
    public async Task A_leader_that_died_is_followed_when_its_lease_has_expired_and_not_before()
    {
        await WriteLeaseAsync("""{"holderIdentity":"dead","leaseDurationSeconds":3,"renewTime":"2020-01-01T00:00:00.000000Z","leaseTransitions":4}""");
        var started = TimeProvider.System.GetTimestamp();
        await using var candidate = Candidate("heir", Quick);

        await candidate.LeadsAsync();

        TimeProvider.System.GetElapsedTime(started).TotalSeconds.Should().BeInRange(3, 10, "the lease is for 3 s from when it was seen, whatever its time stamps say");
        (await LeaseAsync())!.Transitions.Should().Be(5);
        await candidate.StopAsync();
    }

    [Fact]
    public async Task A_lease_without_a_spec_is_free()
    {
        await WriteLeaseAsync("{}");
        await using var candidate = Candidate("first", Quick);
        await candidate.LeadsAsync();
        await candidate.StopAsync();
    }

    [Fact]
    public async Task A_leader_whose_lease_is_taken_stops_its_work_and_says_so()
    {
        await using var candidate = Candidate("first", Quick);
        await candidate.LeadsAsync();
        candidate.Elector.IsLeader.Should().BeTrue();

        await PatchLeaseAsync("""{"spec":{"holderIdentity":"usurper"}}""");

        await candidate.LosesAsync("usurper holds it");
        candidate.Elector.IsLeader.Should().BeFalse();
    }

    [Fact]
    public async Task A_label_on_the_lease_disturbs_nobody_and_is_kept()
    {
        await using var candidate = Candidate("first", Quick);
        await candidate.LeadsAsync();
        var before = (await LeaseAsync())!.ResourceVersion;

        await PatchLeaseAsync("""{"metadata":{"labels":{"team":"sre"}}}""");
        while (!ResourceVersions.IsNewer((await LeaseAsync())!.ResourceVersion, $"{ulong.Parse(before) + 20}") && candidate.Elector.IsLeader)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancellation);

        candidate.Elector.IsLeader.Should().BeTrue("the lease is still ours, and was renewed several times since");
        Encoding.UTF8.GetString((await _api.GetAsync(LeaseRecord.Resource, _lease, ObjectDecoders.Raw, Cancellation)).Span).Should().Contain("\"sre\"");
        await candidate.StopAsync();
    }

    [Fact]
    public async Task A_standby_that_may_not_watch_reads_instead()
    {
        await cluster.ControlPlane.Kubectl.RunAsync("create", "role", "lease", "-n", _lease.Namespace, "--verb=get,create,patch", "--resource=leases.coordination.k8s.io");
        await cluster.ControlPlane.Kubectl.RunAsync("create", "rolebinding", "lease", "-n", _lease.Namespace, "--role=lease", "--user=poor");
        await using var first = Candidate("first", Patient);
        await first.LeadsAsync();
        await using var second = Candidate("second", Patient, cluster.Open(cluster.ControlPlane.KubeconfigFor("poor")));
        await second.SeesAsync("first");

        await first.StopAsync();
        await second.LeadsAsync();
        await second.StopAsync();
    }

    [Fact]
    public async Task Of_many_candidates_that_come_and_go_never_two_lead_at_once()
    {
        var leaders = 0;
        var most = 0;
        var terms = 0;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async n =>
        {
            for (var round = 0; round < 3; round++)
            {
                var elector = new LeaderElector(_api, Quick(_lease, $"candidate-{n}-{round}"), TimeProvider.System, NullLogger.Instance);
                await elector.RunAsync(async leading =>
                {
                    Interlocked.Increment(ref terms);
                    InterlockedMax(ref most, Interlocked.Increment(ref leaders));
                    await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, leading);
                    Interlocked.Decrement(ref leaders);
                }, Cancellation);
            }
        }));
        (terms, most).Should().Be((18, 1), "each candidate leads once a round, and alone");
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, seen);
    }

    private static LeaderElectionOptions Patient(ObjectKey lease, string identity) => new() { Namespace = lease.Namespace, Name = lease.Name, Identity = identity };

    private static LeaderElectionOptions Quick(ObjectKey lease, string identity) => Patient(lease, identity) with
    {
        LeaseDuration = TimeSpan.FromSeconds(12),
        RenewDeadline = TimeSpan.FromSeconds(10),
        RetryPeriod = TimeSpan.FromMilliseconds(200),
    };

    private LeaderRun Candidate(string identity, Func<ObjectKey, string, LeaderElectionOptions> options, KubernetesApi? api = null) =>
        new(new LeaderElector(api ?? _api, options(_lease, identity), TimeProvider.System, NullLogger.Instance));

    private Task<LeaseRecord?> LeaseAsync() => _api.TryGetAsync(LeaseRecord.Resource, _lease, LeaseRecord.Decode, Cancellation);

    private Task<bool> WriteLeaseAsync(string spec) => _api.CreateAsync(LeaseRecord.Resource, _lease.Namespace,
        Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"{{{_lease.Name}}}"},"spec":{{{spec}}} }"""), ObjectDecoders.Ignore, cancellation: Cancellation);

    private Task<bool> PatchLeaseAsync(string patch) =>
        _api.MergePatchAsync(LeaseRecord.Resource, _lease, Encoding.UTF8.GetBytes(patch), null, ObjectDecoders.Ignore, Cancellation);
}
