using System.Diagnostics;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>Everything that is measured of one controller on one fresh control plane, in order.</summary>
internal sealed class Round(Bench bench, Subject subject, Scale scale, int concurrent, Results results)
{
    // The gate of the objects that are held, and a gate with one object to time single requests with.
    private const string Big = "big", Small = "small";

    // Longer than anything that a controller puts off, so that one request is not timed on top of what the one before has left to do.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(4);

    private readonly string[] _unlimited = ["--kube-api-qps=0", $"--concurrent={concurrent}"];

    /// <summary>The release of held objects alone.</summary>
    public async Task RunReleaseAsync()
    {
        await CreateStateAsync();
        await ReleaseAsync();
    }

    /// <summary>Memory alone: empty, after the state was first worked on, and after a start with it.</summary>
    public async Task RunMemoryAsync()
    {
        await using (var empty = await StartAsync(_unlimited))
        {
            await Task.Delay(scale.Settle, TimeProvider.System);
            results.Add(subject, "memory idle, empty (MB)", empty.Memory());
            await empty.StopAsync();
        }

        await CreateStateAsync();
        await using var controller = await StartAsync(_unlimited);
        await bench.QuietAsync(scale.Settle);
        results.Add(subject, "memory idle with the state (MB)", controller.Memory());
        await controller.StopAsync();
    }

    /// <summary>Requests to one gate with one object alone.</summary>
    public Task RunLatencyAsync() => EmptyAsync();

    /// <summary>The same beside all other gates and objects, alone.</summary>
    public async Task RunLatencyWithStateAsync()
    {
        await CreateSmallAsync();
        await CreateStateAsync();
        await using var controller = await StartAsync(_unlimited);
        await bench.QuietAsync(scale.Settle);
        await LatencyAsync(", with the state");
        await controller.StopAsync();
    }

    /// <summary>Gates with windows, and nothing else: what they cost while nothing happens.</summary>
    public async Task RunWindowsAsync()
    {
        await ForAsync(scale.WindowGates, i => bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, Samples.NewWindowGate($"gate-{i}", i), ObjectDecoders.Ignore));
        await using (var first = await StartAsync(_unlimited))
        {
            await bench.QuietAsync(scale.Settle);
            await first.StopAsync();
        }

        await using var controller = await StartAsync(_unlimited);
        results.Add(subject, $"start to ready with {scale.WindowGates} gates with windows (s)", controller.UntilReady.TotalSeconds);
        await bench.QuietAsync(scale.Settle);
        results.Add(subject, $"memory idle with {scale.WindowGates} gates with windows (MB)", controller.Memory());
        var (cpu, counts) = (controller.CpuSeconds(), await RequestCounts.ReadAsync(bench.Api));
        await Task.Delay(scale.Idle, TimeProvider.System);
        results.Add(subject, $"CPU idle with {scale.WindowGates} gates with windows (% of a core)", (controller.CpuSeconds() - cpu) / scale.Idle.TotalSeconds * 100);
        Results.Note($"  {RequestCounts.Describe((await RequestCounts.ReadAsync(bench.Api)).Since(counts))}");
        await controller.StopAsync();
    }

    public async Task RunAsync(bool withDefaultLimit)
    {
        await EmptyAsync();
        await CreateStateAsync();
        await IdleAsync();
        await ReleaseAsync();
        if (withDefaultLimit)
        {
            await using var controller = await StartAsync();
            await bench.QuietAsync(Quiet);
            var (_, took) = await bench.TimeRequestAsync("open", Big, $"{Big}-", scale.Held);
            results.Add(subject, $"release of {scale.Held} with the default limits and concurrency (s)", took.TotalSeconds);
            await bench.QuietAsync(Quiet);
            await controller.StopAsync();
        }
    }

    private async Task EmptyAsync()
    {
        await using var controller = await StartAsync(_unlimited);
        results.Add(subject, "start to ready, empty (s)", controller.UntilReady.TotalSeconds);
        await Task.Delay(scale.Settle, TimeProvider.System);
        results.Add(subject, "memory idle, empty (MB)", controller.Memory());

        await CreateSmallAsync();
        await bench.UntilAllAsync("the object is held", $"{Small}-", 1, seen => seen.IsHeld);
        await LatencyAsync("");
        await controller.StopAsync();
    }

    private async Task CreateSmallAsync()
    {
        await bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, Samples.NewGate(Small, "closed"), ObjectDecoders.Ignore);
        await CreateObjectAsync($"{Small}-0", Small);
    }

    private async Task LatencyAsync(string where)
    {
        await bench.QuietAsync(Quiet);
        var opened = new List<double>();
        var released = new List<double>();
        for (var i = -10; i < scale.Requests; i++)
        {
            var (toOpened, toReleased) = await bench.TimeRequestAsync("open", Small, $"{Small}-", 1);
            await Task.Delay(Pause, TimeProvider.System);
            await bench.TimeRequestAsync("close", Small, $"{Small}-", 1);
            await Task.Delay(Pause, TimeProvider.System);
            if (i >= 0)
            {
                opened.Add(toOpened.TotalMilliseconds);
                released.Add(toReleased.TotalMilliseconds);
            }
        }

        foreach (var (what, values) in new[] { ("Opened", opened), ("released", released) })
        {
            values.Sort();
            results.Add(subject, $"annotation to {what}{where}, p50 (ms)", Percentile(values, 50));
            results.Add(subject, $"annotation to {what}{where}, p99 (ms)", Percentile(values, 99));
            results.Add(subject, $"annotation to {what}{where}, longest (ms)", values[^1]);
        }
    }

    private async Task CreateStateAsync()
    {
        await bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, Samples.NewGate(Big, "closed"), ObjectDecoders.Ignore);
        await ForAsync(scale.Gates - 2, i => bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, Samples.NewGate($"gate-{i}", "opened"), ObjectDecoders.Ignore));
        await ForAsync(scale.Held, i => CreateObjectAsync($"{Big}-{i}", Big));
        await ForAsync(scale.Objects - scale.Held, i => CreateObjectAsync($"app-{i}", $"gate-{i % (scale.Gates - 2)}"));
        await using var controller = await StartAsync(_unlimited);
        await bench.UntilAllAsync("all objects of the closed gate are held", $"{Big}-", scale.Held, seen => seen.IsHeld);
        await bench.QuietAsync(Quiet);
        await Task.Delay(scale.Settle, TimeProvider.System);
        results.Add(subject, "memory idle, after the state was first worked on (MB)", controller.Memory());
        await controller.StopAsync();
    }

    private async Task IdleAsync()
    {
        await using var controller = await StartAsync(_unlimited);
        results.Add(subject, "start to ready with the state (s)", controller.UntilReady.TotalSeconds);
        await bench.QuietAsync(scale.Settle);
        results.Add(subject, "memory idle with the state (MB)", controller.Memory());
        results.Add(subject, "memory at most since that start (MB)", controller.PeakMemory());
        var (cpu, counts, minutes) = (controller.CpuSeconds(), await RequestCounts.ReadAsync(bench.Api), scale.Idle.TotalMinutes);
        await Task.Delay(scale.Idle, TimeProvider.System);
        results.Add(subject, "CPU a minute, idle with the state (s)", (controller.CpuSeconds() - cpu) / minutes);
        var requests = (await RequestCounts.ReadAsync(bench.Api)).Since(counts);
        results.Add(subject, "requests a minute, idle: lease", requests.Where(request => request.Key.EndsWith(" leases", StringComparison.Ordinal)).Sum(request => request.Value) / minutes);
        results.Add(subject, "requests a minute, idle: other", requests.Where(request => !request.Key.EndsWith(" leases", StringComparison.Ordinal)).Sum(request => request.Value) / minutes);
        Results.Note($"  {RequestCounts.Describe(requests)}");
        await LatencyAsync(", with the state");
        results.Add(subject, "memory idle with the state, after that (MB)", controller.Memory());
        await controller.StopAsync();

        if (subject == Subject.Sluice)
        {
            var (json, _) = await bench.Api.ListAsync<ReadOnlyMemory<byte>>(Samples.Kustomization, new(), item => item.ToArray());
            results.Add(subject, "size of a gated object, JSON (bytes)", json.Average(item => item.Length));
            results.Add(subject, "managed memory of a cached gated object (bytes)", CachedMemory.BytesPerObject(json));
        }
    }

    /// <summary>The bare requests before, between and after the releases, since identical runs differ; of each the mean.</summary>
    private async Task ReleaseAsync()
    {
        var bare = new Dictionary<int, List<double>>();
        await BareAsync([4, 8, 16, 32], bare);
        var released = new List<double>();
        for (var time = 0; time < 3; time++)
        {
            await using var controller = await StartAsync(_unlimited);
            await bench.QuietAsync(Quiet);
            var (cpu, counts) = (controller.CpuSeconds(), await RequestCounts.ReadAsync(bench.Api));
            var (_, took) = await bench.TimeRequestAsync("open", Big, $"{Big}-", scale.Held);
            released.Add(scale.Held / took.TotalSeconds);
            Results.Note($"  CPU during the release: {controller.CpuSeconds() - cpu:0.00} s");
            Results.Note($"  requests until then: {RequestCounts.Describe((await RequestCounts.ReadAsync(bench.Api)).Since(counts))}");
            Results.Note($"  released {released[^1]:0} a second");
            await bench.QuietAsync(Quiet);
            var (_, holding) = await bench.TimeRequestAsync("close", Big, $"{Big}-", scale.Held);
            Results.Note($"  held {scale.Held / holding.TotalSeconds:0} a second");
            await bench.QuietAsync(Quiet);
            await controller.StopAsync();
            await BareAsync([8, 16, 32], bare);
        }

        var best = bare.Values.Max(rates => rates.Average());
        results.Add(subject, "bare parallel PATCH with the best number of workers of 4, 8, 16, 32 (1/s)", best);
        results.Add(subject, $"{scale.Held} released by one gate (1/s)", released.Average());
        results.Add(subject, "share of the bare rate", released.Average() / best);
    }

    /// <summary>The same requests as the controller's, by nothing but parallel workers: its releases of the same objects, and its holds again.</summary>
    private async Task BareAsync(int[] workers, Dictionary<int, List<double>> rates)
    {
        var apply = Controller.Gated.HoldReconciler.Apply;
        foreach (var count in workers)
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = count };
            var held = bench.Objects($"{Big}-");
            var start = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(held, parallel, async (seen, _) => await bench.Api.ApplyAsync(Samples.Kustomization, seen.Key, Samples.Release(seen), apply, ObjectDecoders.Ignore));
            var rate = held.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (!rates.TryGetValue(count, out var known))
            {
                rates[count] = known = [];
            }

            known.Add(rate);
            Results.Note($"  bare PATCH with {count} workers: {rate:0} a second");
            await Parallel.ForEachAsync(held, parallel, async (seen, _) => await bench.Api.ApplyAsync(Samples.Kustomization, seen.Key, Samples.Hold(seen), apply, ObjectDecoders.Ignore));
            await bench.UntilAllAsync("all objects are held again", $"{Big}-", scale.Held, seen => seen.IsHeld);
        }
    }

    private async Task CreateObjectAsync(string name, string gate)
    {
        await bench.Api.CreateAsync(Samples.Kustomization, Samples.Namespace, Samples.NewKustomization(name, gate), ObjectDecoders.Ignore, new() { FieldManager = "kustomize-controller" });
        await bench.Api.MergePatchAsync(
            Samples.Kustomization, new(Samples.Namespace, name), Samples.Status(name), new() { FieldManager = "gotk-kustomize-controller", Subresource = "status" }, ObjectDecoders.Ignore);
    }

    private Task<RunningController> StartAsync(params string[] arguments) => RunningController.StartAsync(subject, bench.Kubeconfig, arguments);

    private static Task ForAsync(int count, Func<int, Task> act) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => await act(i));

    private static double Percentile(List<double> sorted, int percent) => sorted[Math.Min(sorted.Count - 1, (sorted.Count * percent + 99) / 100 - 1)];
}
