using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sluice.Kubernetes.Tests.Caching;

/// <summary>The informer against a server that fails at random: whatever happens, it ends up knowing what is true.</summary>
public sealed class InformerStormTests(StormyServer server) : IClassFixture<StormyServer>
{
    private static readonly InformerOptions Impatient = new()
    {
        InitialBackoff = TimeSpan.FromMilliseconds(1),
        MaxBackoff = TimeSpan.FromMilliseconds(20),
        MaxNotServedBackoff = TimeSpan.FromMilliseconds(20),
        IdleTimeout = TimeSpan.FromMilliseconds(500),
    };

    private sealed record Storm(int Seed, bool WatchList, bool SlowHandler, int Steps);

    private static readonly Gen<Storm> Storms =
        Gen.Select(Gen.Int[0, int.MaxValue - 1], Gen.Bool, Gen.Bool, Gen.Int[20, 150], (seed, list, slow, steps) => new Storm(seed, list, slow, steps));

    [Fact]
    public Task After_any_storm_the_cache_is_the_truth_and_the_handlers_have_seen_every_object_go_forward_without_a_gap() =>
        Storms.SampleAsync(WeatherAsync, iter: 60, threads: 4);

    private async Task WeatherAsync(Storm storm)
    {
        var world = new StormyWorld(storm.Seed, storm.WatchList);
        var random = new Random(storm.Seed);
        using var connection = new KubernetesConnection(
            new ConnectionTarget(server.Add(world), "default"), new ConnectionOptions { Qps = 0 }, TimeProvider.System);
        var informer = new Informer<Thing>(new KubernetesApi(connection), Thing.Resource, Thing.Decode, Impatient, TimeProvider.System, NullLogger.Instance);
        informer.AddIndex("parity", thing => [thing.Value % 2 == 0 ? "even" : "odd"]);
        var witness = new Witness(storm.SlowHandler);
        informer.AddHandler(witness.See);
        informer.AddHandler(_ => throw new InvalidOperationException("a handler that always fails"));
        using var stop = new CancellationTokenSource();
        var running = informer.RunAsync(stop.Token);

        for (var step = 0; step < storm.Steps; step++)
        {
            var key = new ObjectKey(random.Next(2) == 0 ? "a" : "b", $"thing-{random.Next(8)}");
            switch (random.Next(10))
            {
                case < 6:
                    var spec = random.Next(8) == 0 ? """{"hidden":true,"value":0}""" : $$"""{"value":{{step}}}""";
                    var written = world.Write(key, spec);
                    // Sometimes it is our own write, and its result comes before the watch, or long after it.
                    if (random.Next(3) == 0 && Thing.Decode(written.Json) is { } own)
                    {
                        if (random.Next(2) == 0)
                            await Task.Yield();
                        informer.Observe(own);
                        informer.Cache.TryGet(key, out var seen);
                        (seen is null || !ResourceVersions.IsNewer(own.ResourceVersion, seen.ResourceVersion)).Should()
                            .BeTrue($"a write that was observed (version {own.ResourceVersion}) is in the cache or overtaken, and it has {seen}");
                    }
                    break;
                case < 8:
                    world.Delete(key);
                    break;
                case 8 when random.Next(4) == 0:
                    world.Compact();
                    break;
                default:
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(4)), TimeProvider.System);
                    break;
            }
        }
        world.Stormy = false;
        var marker = world.Write(new ObjectKey("a", "last"), """{"value":-1}""");
        await ReachesAsync(informer, world, witness, marker);
        await stop.CancelAsync();
        await running;

        var truth = world.Snapshot().Items.Select(stored => Thing.Decode(stored.Json)).OfType<Thing>().ToList();
        var why = $"storm {storm}, faults {string.Join(", ", world.Faults)}";
        informer.Cache.All.Should().BeEquivalentTo(truth, "the cache must be the truth after {0}", why);
        informer.Cache.ByIndex("parity", "even").Should().BeEquivalentTo(truth.Where(t => t.Value % 2 == 0), "the index must be the truth after {0}", why);
        witness.Known.Values.Should().BeEquivalentTo(truth, "the handlers must have been told the truth after {0}", why);
        witness.Faults.Should().BeEmpty(why);
        informer.Undecodable.Should().BeEmpty("nothing is garbled on the server itself, after {0}", why);
    }

    private static async Task ReachesAsync(Informer<Thing> informer, StormyWorld world, Witness witness, StormyWorld.Stored marker)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (ResourceVersions.IsNewer($"{marker.Version}", informer.ResourceVersion) || informer.Undecodable.Count > 0)
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
                throw new TimeoutException($"The informer ({informer.Status}, {informer.LastFailure?.Message}) has not caught up: it has {string.Join(" ", witness.Known.Values)}, the server {world.Describe()}");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    /// <summary>A handler that notes what it is told, and what is wrong with it.</summary>
    private sealed class Witness(bool slow)
    {
        public Dictionary<ObjectKey, Thing> Known { get; } = [];

        public List<string> Faults { get; } = [];

        private readonly Dictionary<ObjectKey, string> _versions = [];
        private int _inside;

        public void See(ObjectChange<Thing> change)
        {
            if (Interlocked.Increment(ref _inside) != 1)
                Faults.Add("two changes were told at once");
            if (slow && change.Key.Name.EndsWith('3'))
                Thread.SpinWait(200_000);
            Known.TryGetValue(change.Key, out var known);
            if (change.Old != known)
                Faults.Add($"told the change from {change.Old}, after being told {known}");
            if (change.New is { } next)
            {
                if (!ResourceVersions.IsNewer(next.ResourceVersion, _versions.GetValueOrDefault(change.Key)))
                    Faults.Add($"told {next} after version {_versions[change.Key]}");
                _versions[change.Key] = next.ResourceVersion;
                Known[change.Key] = next;
            }
            else
            {
                Known.Remove(change.Key);
            }
            Interlocked.Decrement(ref _inside);
        }
    }
}
