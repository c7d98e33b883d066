using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A cluster that is restored from a backup: what is released then without being asked for depends on what of a GatedSource comes back.</summary>
public sealed class RestoreTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";
    private const string Velero = "velero-server";

    private Cluster Cluster => approving.Cluster;

    [Fact]
    public async Task With_its_status_nothing_new_is_released_and_its_target_is_made_again_as_it_was_released()
    {
        var (source, gated, target) = await LostAsync();
        await WithoutPoliciesAsync(source, async () =>
        {
            await CreateAsync(GatedApp.GatedSource, gated);
            await Cluster.PatchAsync(GatedApp.GatedSource, source.Namespace, "app", new JsonObject { ["status"] = gated["status"]!.DeepClone() }.ToJsonString(), Velero, "status");
        });
        await using var controller = await approving.StartControllerAsync();
        var again = await source.UntilTargetAsync("is made again", _ => true);
        JsonNode.DeepEquals(again["spec"], target["spec"]).Should().BeTrue();
        await source.LookedAtAgainAsync();
        var restored = (await source.GatedAsync())!;
        GatedApp.Released(restored, "revision").Should().Be(A);
        GatedApp.Candidate(restored, "revision").Should().Be(B);

        // What others have written into the status does not stay: it is taken away by the write after the one that releases.
        await source.OpenAsync();
        await source.UntilAsync("has released what waited, which waits no more", gated => GatedApp.Released(gated, "revision") == B && gated["status"]!["candidate"] is null);
        await source.LookedAtAgainAsync();
        var released = (await source.GatedAsync())!;
        released["status"]!["candidate"].Should().BeNull("it is released");
        released["status"]!["history"]!.AsArray().Should().HaveCount(2);
    }

    [Fact]
    public async Task Without_its_status_it_asks_anew_where_its_target_is_there_whatever_initial_says()
    {
        var (source, gated, target) = await LostAsync();
        await WithoutPoliciesAsync(source, async () =>
        {
            await CreateAsync(source.Kind, target);
            await CreateAsync(GatedApp.GatedSource, gated);
        });
        await using var controller = await approving.StartControllerAsync();
        await source.UntilWaitingAsync(B);
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["ref"]!["commit"]!.GetValue<string>().Should().Be("aa");
    }

    [Theory]
    [InlineData("release", B)]
    [InlineData("hold", null)]
    public async Task Without_its_status_and_its_target_initial_decides(string initial, string? released)
    {
        var (source, gated, _) = await LostAsync();
        gated["spec"]!["initial"] = initial;
        await WithoutPoliciesAsync(source, () => CreateAsync(GatedApp.GatedSource, gated));
        await using var controller = await approving.StartControllerAsync();
        await source.UntilAsync("was looked at", gated => (released is null ? GatedApp.Candidate(gated, "revision") : GatedApp.Released(gated, "revision")) == B);
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be(released);
        if (released is null)
        {
            (await source.TargetAsync()).Should().BeNull();
        }
        else
        {
            // The policies that come back may refuse it for a moment.
            await source.UntilTargetAsync("is pinned at it", target => (string?)target["spec"]!["ref"]!["commit"] == "bb");
        }
    }

    [Fact]
    public async Task Where_the_policies_are_in_force_already_neither_a_status_nor_a_target_is_restored()
    {
        var (source, gated, target) = await LostAsync();
        await CreateAsync(GatedApp.GatedSource, gated);
        var restoresStatus = () => Cluster.PatchAsync(GatedApp.GatedSource, source.Namespace, "app", new JsonObject { ["status"] = gated["status"]!.DeepClone() }.ToJsonString(), Velero, "status");
        (await restoresStatus.Should().ThrowAsync<KubernetesApiException>()).Which.Message.Should().Contain("is written by sluice-controller alone");
        var restoresTarget = () => CreateAsync(source.Kind, target);
        (await restoresTarget.Should().ThrowAsync<KubernetesApiException>()).Which.Message.Should().MatchRegex("is (written|made) by sluice-controller alone", "its mark and its name are both guarded, each by a policy");
    }

    /// <summary>A released, B waiting, and both the GatedSource and its target gone: as a backup has them.</summary>
    private async Task<(PlayedSource Source, JsonNode Gated, JsonNode Target)> LostAsync()
    {
        await using var controller = await approving.StartControllerAsync();
        var source = await PlayedSource.StartAsync(Cluster, gated: ", initial: release");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilReleasedAsync(A);
        var target = await source.UntilTargetAsync("is there", _ => true);
        await source.FetchAsync(B, "sha256:02");
        var gated = await source.UntilWaitingAsync(B);
        await controller.Process.TerminateAsync(TimeSpan.FromSeconds(20));
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gatedsource/app", "gitrepository/app-gated");
        return (source, gated, target);
    }

    /// <summary>As the how-to says: the policies that guard GatedSources come after what is restored.</summary>
    private async Task WithoutPoliciesAsync(PlayedSource source, Func<Task> restore)
    {
        await Cluster.Kubectl.RunAsync("delete", "validatingadmissionpolicybindings", "sluice-gated-sources", "sluice-targets", "sluice-target-names");
        await Eventually.GivesAsync("it can be restored", async () =>
        {
            try
            {
                await restore();
                return "";
            }
            catch (KubernetesApiException e)
            {
                return e.Message;
            }
        }, said => said.Length == 0);
        await Cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "default-mutating"));
        await ApprovalPolicies.InForceAsync(Cluster.ControlPlane);
        await Eventually.GivesAsync(
            "the status is guarded again",
            () => Cluster.Kubectl.TryAsync(
                ["-n", source.Namespace, "patch", "gatedsource", "app", "--subresource=status", "--type=merge", "-p", """{"status": {"observedGeneration": 4711} }""", "--dry-run=server"]),
            said => said.Contains("is written by sluice-controller alone", StringComparison.Ordinal));
        await Eventually.GivesAsync(
            "a target is guarded again",
            () => Cluster.Kubectl.TryAsync(
                ["-n", source.Namespace, "create", "--dry-run=server", "-f", "-"],
                new JsonObject
                {
                    ["apiVersion"] = source.Kind.ApiVersion,
                    ["kind"] = source.Kind.Kind,
                    ["metadata"] = new JsonObject { ["name"] = "app-gated" },
                    ["spec"] = JsonNode.Parse(PlayedSource.Spec(source.Kind.Kind)),
                }.ToJsonString()),
            said => said.Contains("sluice-target-names", StringComparison.Ordinal));
    }

    /// <summary>As Velero does it: without what the API server gives, and without the status.</summary>
    private async Task CreateAsync(ApiResource resource, JsonNode lost)
    {
        var restored = lost.DeepClone();
        restored.AsObject().Remove("status");
        foreach (var field in new[] { "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields" })
        {
            restored["metadata"]!.AsObject().Remove(field);
        }

        try
        {
            await Cluster.Api.CreateAsync(resource, (string)lost["metadata"]!["namespace"]!, Encoding.UTF8.GetBytes(restored.ToJsonString()), ObjectDecoders.Ignore, new() { FieldManager = Velero });
        }
        catch (KubernetesApiException e) when (e.Message.Contains("already exists", StringComparison.Ordinal))
        {
            // By an attempt before this.
        }
    }
}
