using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Leadership;

/// <summary>What depends on time: a leader whose renewals are not answered.</summary>
public sealed class LeaderElectorTests
{
    private static readonly LeaderElectionOptions Options = new() { Namespace = "flux-system", Name = "sluice", Identity = "me" };
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Work_is_cancelled_thirty_seconds_after_the_start_of_the_last_renewal_and_before_another_may_take_the_lease()
    {
        var (elector, server, running, leading) = await LeadAsync(_time);
        var started = _time.GetUtcNow();

        // No renewal is ever answered; each is given up with the leadership.
        while (!leading.IsCancellationRequested)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        (_time.GetUtcNow() - started).TotalSeconds.Should().BeInRange(29.5, 30.5, "the renew deadline is 30 s, the lease is for 35 s");
        elector.IsLeader.Should().BeFalse();
        server.HasRequest.Should().BeTrue("it has tried to renew");
        await running.Invoking(r => r).Should().ThrowAsync<LeadershipLostException>();
    }

    [Fact]
    public async Task A_machine_that_slept_is_not_leader_even_before_its_timers_notice()
    {
        var clock = new SettableClock(_time);
        var (elector, _, running, leading) = await LeadAsync(clock);

        clock.Offset = TimeSpan.FromMinutes(1);
        elector.IsLeader.Should().BeFalse("by the wall clock the lease has expired");
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        leading.IsCancellationRequested.Should().BeTrue();
        await running.Invoking(r => r).Should().ThrowAsync<LeadershipLostException>();
    }

    [Fact]
    public async Task Work_that_returns_frees_the_lease_and_its_exception_passes_through()
    {
        using var connection = ScriptedServer.Connect(out var server, _time);
        var elector = new LeaderElector(new KubernetesApi(connection), Options, _time, NullLogger.Instance);
        var running = elector.RunAsync(_ => throw new InvalidOperationException("the work failed"), TestContext.Current.CancellationToken);
        await AcquireAsync(server);

        var release = await NextPatchAsync(server);
        release.Body.Should().Contain("\"holderIdentity\":\"\"").And.Contain("\"leaseDurationSeconds\":1");
        release.Reply(200, Lease(""));

        await running.Invoking(r => r).Should().ThrowAsync<InvalidOperationException>();
    }

    private static async Task<(LeaderElector Elector, ScriptedServer Server, Task Running, CancellationToken Leading)> LeadAsync(TimeProvider time)
    {
        var connection = ScriptedServer.Connect(out var server, time);
        var elector = new LeaderElector(new KubernetesApi(connection), Options, time, NullLogger.Instance);
        var leads = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = elector.RunAsync(async leading =>
        {
            leads.SetResult(leading);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, leading);
        }, CancellationToken.None);
        await AcquireAsync(server);
        var token = await leads.Task;
        elector.IsLeader.Should().BeTrue();
        return (elector, server, running, token);
    }

    // The standby reads (or watches) the lease, finds it free, and takes it.
    private static async Task AcquireAsync(ScriptedServer server) => (await NextPatchAsync(server)).Reply(200, Lease("me"));

    // Reading and watching go on side by side with taking it: the watch may come before the patch, after it, or not at all.
    private static async Task<ScriptedServer.Exchange> NextPatchAsync(ScriptedServer server)
    {
        while (true)
        {
            var request = await server.NextAsync();
            if (request.Request.Method == HttpMethod.Patch)
                return request;
            if (request.Path.Contains("watch=true", StringComparison.Ordinal))
                request.Reply(403, "no watching here");
            else
                request.Reply(200, Lease(""));
        }
    }

    private static string Lease(string holder) =>
        $$$"""{"metadata":{"name":"sluice","namespace":"flux-system","uid":"u","resourceVersion":"5"},"spec":{"holderIdentity":"{{{holder}}}","leaseDurationSeconds":35} }""";
}
