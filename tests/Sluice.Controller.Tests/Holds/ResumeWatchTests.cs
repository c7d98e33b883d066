using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Holds;

/// <summary>A proof that rests on a watch fails when the watch has not seen everything.</summary>
public sealed class ResumeWatchTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task Whoever_asks_a_watch_that_the_API_server_has_ended_is_told_so_and_so_is_who_ends_it()
    {
        var ns = await cluster.NewNamespaceAsync();
        var watch = await ResumeWatch.StartAsync(cluster, FluxResources.Kustomization, ns);
        watch.Resumed.Should().BeEmpty();
        await cluster.ControlPlane.StopApiServerAsync();
        await Eventually.GivesAsync("the watch has ended", () => Task.FromResult(Asked(watch)), why => why is not null);
        Asked(watch).Should().Contain("nothing is known since the watch has ended");
        await new Func<Task>(async () => await watch.DisposeAsync()).Should().ThrowAsync<Exception>();
    }

    private static string? Asked(ResumeWatch watch)
    {
        try
        {
            _ = watch.Resumed;
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }
}
