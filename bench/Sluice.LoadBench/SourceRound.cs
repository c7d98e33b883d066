using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>
/// Gated sources: what they cost, and how fast a candidate is released by its last approval while ten others a second arrive. Fails where one takes longer than a second, or anything is listed for it.
/// </summary>
internal sealed class SourceRound(Bench bench, Subject subject, Scale scale, Results results)
{
    private const int ASecond = 10;

    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ConcurrentDictionary<ObjectKey, Waiting> _waiting = new();
    private readonly Informer<SeenRelease> _sources = new(bench.Api, SourceSamples.GatedSource, SeenRelease.Read, new(), TimeProvider.System, NullLogger.Instance);

    public async Task RunAsync()
    {
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => _sources.RunAsync(stop.Token));
        await _sources.SyncedAsync();
        await using (var empty = await StartAsync())
        {
            await Task.Delay(scale.Settle, TimeProvider.System);
            results.Add(subject, "memory idle, empty (MB)", empty.Memory());
            await CreateAsync();
            await empty.StopAsync();
        }

        await using var controller = await StartAsync();
        results.Add(subject, $"start to ready with {scale.Sources} gated sources (s)", controller.UntilReady.TotalSeconds);
        await Task.Delay(scale.Settle, TimeProvider.System);
        results.Add(subject, $"memory idle with {scale.Sources} gated sources (MB)", controller.Memory());
        await LoadAsync();
        await Task.Delay(scale.Settle, TimeProvider.System);
        results.Add(subject, "memory after the candidates (MB)", controller.Memory());
        await controller.StopAsync();
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static string Name(int number) => $"app-{number}";

    private Task<RunningController> StartAsync() => RunningController.StartAsync(subject, bench.Kubeconfig, "--kube-api-qps=0", "--trust-requested-by");

    private async Task CreateAsync()
    {
        await bench.Api.CreateAsync(Samples.Gate, Samples.Namespace, SourceSamples.NewGate(), ObjectDecoders.Ignore);
        await Parallel.ForEachAsync(Enumerable.Range(0, scale.Sources), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            await bench.Api.CreateAsync(SourceSamples.GitRepository, Samples.Namespace, SourceSamples.NewRepository(Name(number)), ObjectDecoders.Ignore, cancellation: cancellation);
            await FetchAsync(Name(number), 0);
            await bench.Api.CreateAsync(SourceSamples.GatedSource, Samples.Namespace, SourceSamples.NewGatedSource(Name(number)), ObjectDecoders.Ignore, cancellation: cancellation);
        });
        await TestBed.Eventually.GivesAsync("each has its first release", () => Task.FromResult(_sources.Cache.All.Count(source => source.Released is not null)), count => count == scale.Sources, Patience);
    }

    private async Task LoadAsync()
    {
        var gateUid = (string)(await bench.Api.TryGetAsync(Samples.Gate, new(Samples.Namespace, SourceSamples.Gate), static json => System.Text.Json.Nodes.JsonNode.Parse(json)!))!["metadata"]!["uid"]!;
        _sources.AddHandler(change => _ = Task.Run(() => SeeAsync(change.New, gateUid)));
        var counts = await RequestCounts.ReadAsync(bench.Api);
        var candidates = ASecond * (int)scale.Idle.TotalSeconds;
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; number < candidates; number++)
        {
            var due = TimeSpan.FromSeconds(number / (double)ASecond);
            if (due - Stopwatch.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left, TimeProvider.System);
            }

            // Each has one candidate after the other, and none while one waits.
            var (name, commit) = (Name(number % scale.Sources), 1 + number / scale.Sources);
            _waiting[new(Samples.Namespace, name)] = new(SourceSamples.Revision(name, commit), Stopwatch.GetTimestamp());
            _ = FetchAsync(name, commit);
        }

        await TestBed.Eventually.GivesAsync("all candidates are released", () => Task.FromResult(_waiting.Values.Count(waiting => waiting.Released != 0)), count => count == Math.Min(candidates, scale.Sources), Patience);
        var requests = (await RequestCounts.ReadAsync(bench.Api)).Since(counts);
        Add("artifact to candidate", [.. _waiting.Values.Select(waiting => Stopwatch.GetElapsedTime(waiting.Fetched, waiting.Seen).TotalMilliseconds)]);
        var longest = Add("last approval to released", [.. _waiting.Values.Select(waiting => Stopwatch.GetElapsedTime(waiting.Approved, waiting.Released).TotalMilliseconds)]);
        var lists = requests.Where(request => request.Key.StartsWith("LIST ", StringComparison.Ordinal)).ToDictionary();
        results.Add(subject, "list requests meanwhile, of anybody", lists.Values.Sum());
        Results.Note($"  {RequestCounts.Describe(requests)}");
        if (longest > Promised.TotalMilliseconds)
        {
            results.Fail(subject, $"the slowest release came {longest:0} ms after the last approval; expected at most {Promised.TotalMilliseconds:0} ms");
        }

        if (lists.Count > 0)
        {
            results.Fail(subject, $"expected no list request while candidates are released, and the API server counted {RequestCounts.Describe(lists)}");
        }
    }

    private async Task SeeAsync(SeenRelease? seen, string gateUid)
    {
        if (seen is null || !_waiting.TryGetValue(seen.Key, out var waiting))
        {
            return;
        }

        if (seen.Released == waiting.Revision)
        {
            Interlocked.CompareExchange(ref waiting.Released, Stopwatch.GetTimestamp(), 0);
        }
        else if (seen.Candidate is { } candidate && candidate.Revision == waiting.Revision && Interlocked.CompareExchange(ref waiting.Seen, Stopwatch.GetTimestamp(), 0) == 0)
        {
            waiting.Approved = Stopwatch.GetTimestamp();
            await bench.Api.CreateAsync(SourceSamples.Approval, Samples.Namespace, SourceSamples.NewApproval(gateUid, seen, candidate), ObjectDecoders.Ignore);
        }
    }

    private Task FetchAsync(string name, int commit) => bench.Api.MergePatchAsync(
        SourceSamples.GitRepository, new(Samples.Namespace, name), SourceSamples.Fetched(name, commit), new() { FieldManager = "gotk-source-controller", Subresource = "status" }, ObjectDecoders.Ignore);

    /// <returns>The longest.</returns>
    private double Add(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        results.Add(subject, $"{what}, p50 (ms)", milliseconds[milliseconds.Count / 2]);
        results.Add(subject, $"{what}, p99 (ms)", milliseconds[milliseconds.Count * 99 / 100]);
        results.Add(subject, $"{what}, longest (ms)", milliseconds[^1]);
        return milliseconds[^1];
    }

    private sealed class Waiting(string revision, long fetched)
    {
        public long Seen, Approved, Released;

        public string Revision { get; } = revision;

        public long Fetched { get; } = fetched;
    }
}
