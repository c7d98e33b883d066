using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Sources;

namespace Sluice.Controller.Tests.Faults;

/// <summary>The controller dies between any two writes about a GatedSource, and another one goes on as if nothing had happened.</summary>
public sealed class SourceCrashTests(Cluster cluster) : IClassFixture<Cluster>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";
    private const string C = "main@sha1:cc";

    [Fact]
    public Task A_kill_before_or_after_any_write_releases_the_same_and_nothing_else() =>
        CrashRun.KillAtEveryWriteAsync(cluster, new(ns => PlayedSource.StartAsync(cluster, inNamespace: ns), TellAsync, DescribeAsync)
        {
            LeastWrites = 15, // The gate is looked at, opened and closed five times; three candidates, a roll-back and three releases, and three times the target.
        });

    /// <summary>A waits and is released; B waits and is superseded by C, which is released; it is rolled back to A, through the gate.</summary>
    private async Task TellAsync(string ns)
    {
        var source = PlayedSource.In(cluster, ns);
        await source.ReleaseAsync(A, "sha256:01");
        await IsAtAsync("aa");
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);
        await source.ReleaseAsync(C, "sha256:03");
        await IsAtAsync("cc");
        await source.RollBackAsync(A, "1");
        await source.UntilWaitingAsync(A);
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);
        await IsAtAsync("aa");

        Task IsAtAsync(string commit) => source.UntilTargetAsync($"is at {commit}", target => (string?)target["spec"]!["ref"]!["commit"] == commit);
    }

    private async Task<string> DescribeAsync(string ns)
    {
        var source = PlayedSource.In(cluster, ns);
        var (gated, target) = ((await source.GatedAsync())!, (await source.UntilTargetAsync("is there", _ => true)));
        var status = gated["status"]!;
        return string.Join('\n', Lines()).Replace(ns, "NS", StringComparison.Ordinal);

        IEnumerable<string> Lines()
        {
            yield return $"waiting {status["candidate"]} set aside {status["setAside"]} handled {status["lastHandledRollbackAt"]}";
            yield return $"target {target["spec"]} {target["metadata"]!["annotations"]}";
            foreach (var entry in status["history"]!.AsArray())
            {
                yield return $"{entry!["revision"]} {entry["digest"]} {entry["specDigest"]} by {entry["by"]}: {entry["reason"]} {entry["message"]}";
            }

            foreach (var entry in status["decisions"]!.AsArray())
            {
                yield return $"{entry!["decision"]} {entry["revision"]} by {entry["by"]}: {entry["reason"]} {entry["message"]} {string.Join(' ', entry["gates"]!.AsArray().Select(gate => $"{gate!["state"]}"))}";
            }

            foreach (var condition in status["conditions"]!.AsArray())
            {
                yield return $"{condition!["type"]} {condition["status"]} {condition["reason"]} {condition["message"]}";
            }
        }
    }
}
