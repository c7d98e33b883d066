using System.Diagnostics;
using System.Globalization;
using Sluice.Kubernetes;
using Sluice.LoadBench;

const int Gates = 1000, Objects = 5000, Released = 1000;
var repeats = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
for (var repeat = 1; repeat <= repeats; repeat++)
{
    Console.WriteLine($"-- run {repeat} of {repeats}");
    await using var bench = await Bench.StartAsync();
    await LatencyAsync(bench);
    await ReleaseAsync(bench);
    await StateAsync(bench);
}

static async Task LatencyAsync(Bench bench)
{
    await bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, Samples.NewGate("small", "closed"), ObjectDecoders.Ignore);
    await bench.Api.CreateAsync(Samples.Kustomization, Samples.Namespace, Samples.NewKustomization("small", "small"), ObjectDecoders.Ignore);
    var ready = await bench.StartControllerAsync("--kube-api-qps=0");
    await bench.UntilAsync("the object is held", all => all.Any(seen => seen.IsHeld));
    await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
    Report("start to ready, empty (ms)", ready.TotalMilliseconds);
    Report("memory idle, empty (MB)", bench.Memory());
    var opened = new List<double>();
    var released = new List<double>();
    for (var i = 0; i < 110; i++)
    {
        var (toOpened, toReleased) = await bench.TimeRequestAsync("open", "small", "small");
        await Task.Delay(TimeSpan.FromMilliseconds(60), TimeProvider.System);
        await bench.TimeRequestAsync("close", "small", "small");
        await Task.Delay(TimeSpan.FromMilliseconds(60), TimeProvider.System);
        if (i >= 10)
        {
            opened.Add(toOpened);
            released.Add(toReleased);
        }
    }

    Report("annotation to Opened, p50 (ms)", Percentile(opened, 50));
    Report("annotation to Opened, p99 (ms)", Percentile(opened, 99));
    Report("annotation to released, p50 (ms)", Percentile(released, 50));
    Report("annotation to released, p99 (ms)", Percentile(released, 99));
    await bench.StopControllerAsync();
}

static async Task ReleaseAsync(Bench bench)
{
    await bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, Samples.NewGate("big", "closed"), ObjectDecoders.Ignore);
    await ForAsync(Released, i => bench.Api.CreateAsync(Samples.Kustomization, Samples.Namespace, Samples.NewKustomization($"big-{i}", "big"), ObjectDecoders.Ignore));
    await ForAsync(Released, i => bench.Api.CreateAsync(Samples.Kustomization, Samples.Namespace, Samples.NewKustomization($"raw-{i}", null), ObjectDecoders.Ignore));
    var best = 0.0;
    foreach (var workers in new[] { 4, 8, 16, 32 })
    {
        best = Math.Max(best, await RawAsync(bench, workers));
    }

    await bench.StartControllerAsync("--kube-api-qps=0", "--concurrent=8");
    await bench.UntilAsync("all are held", all => all.Count(seen => seen.IsHeld && seen.Key.Name.StartsWith("big-", StringComparison.Ordinal)) == Released);
    await Task.Delay(TimeSpan.FromSeconds(12), TimeProvider.System);
    var took = await bench.TimeReleaseOfAllAsync("big", "big-", Released);
    await bench.StopControllerAsync();
    best = Math.Max(best, await RawAsync(bench, 8));
    Report("bare parallel PATCH (1/s)", best);
    Report("released by opening one gate (1/s)", Released / took.TotalSeconds);
    Report("share of the bare rate", Released / took.TotalSeconds / best);
}

static async Task<double> RawAsync(Bench bench, int workers)
{
    var apply = new ApplyOptions("bare") { Force = true };
    await ForAsync(Released, i => bench.Api.ApplyAsync(Samples.Kustomization, new(Samples.Namespace, $"raw-{i}"), Samples.Hold($"raw-{i}"), apply, ObjectDecoders.Ignore));
    await bench.UntilAsync("all raw objects are suspended", all => all.Count(seen => seen.IsSuspended && seen.Key.Name.StartsWith("raw-", StringComparison.Ordinal)) == Released);
    var raw = bench.Objects("raw-");
    var start = Stopwatch.GetTimestamp();
    await Parallel.ForEachAsync(raw, new ParallelOptions { MaxDegreeOfParallelism = workers },
        async (seen, _) => await bench.Api.ApplyAsync(Samples.Kustomization, seen.Key, Samples.Release(seen.Key.Name, seen.Uid), apply, ObjectDecoders.Ignore));
    var rate = raw.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    Report($"  bare PATCH with {workers} workers (1/s)", rate);
    return rate;
}

static async Task StateAsync(Bench bench)
{
    await ForAsync(Gates, i => bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, Samples.NewGate($"gate-{i}", i % 5 == 0 ? "closed" : "opened"), ObjectDecoders.Ignore));
    await ForAsync(Objects, async i =>
    {
        await bench.Api.CreateAsync(Samples.Kustomization, Samples.Namespace, Samples.NewKustomization($"app-{i}", $"gate-{i % Gates}"), ObjectDecoders.Ignore);
        await bench.Api.MergePatchAsync(Samples.Kustomization, new(Samples.Namespace, $"app-{i}"), Samples.Status($"app-{i}"), new() { FieldManager = "gotk-kustomize-controller", Subresource = "status" }, ObjectDecoders.Ignore);
    });
    await bench.StartControllerAsync("--kube-api-qps=0");
    await bench.UntilAsync("a thousand are held", all => all.Count(seen => seen.IsHeld && seen.Key.Name.StartsWith("app-", StringComparison.Ordinal)) == Objects / 5);
    await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System);
    Report("memory after a first start with the state (MB)", bench.Memory());
    await bench.StopControllerAsync();

    var ready = await bench.StartControllerAsync("--kube-api-qps=0");
    Report("start to ready with the state (ms)", ready.TotalMilliseconds);
    await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
    Report("memory idle with the state (MB)", bench.Memory());
    var cpu = bench.CpuSeconds();
    await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System);
    Report("CPU a minute, idle with the state (s)", bench.CpuSeconds() - cpu);
    await bench.StopControllerAsync();
}

static Task ForAsync(int count, Func<int, Task> act) =>
    Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => await act(i));

static double Percentile(List<double> values, int percent)
{
    values.Sort();
    return values[Math.Min(values.Count - 1, (values.Count * percent + 99) / 100 - 1)];
}

static void Report(string what, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-50} {value,10:0.##}"));
