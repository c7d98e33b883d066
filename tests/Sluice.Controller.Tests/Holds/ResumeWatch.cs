using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Holds;

/// <summary>
/// Sees whether objects are not suspended even for a moment, as Flux would: by a watch, which misses nothing. Whoever asks it, or ends it, is told when the
/// API server has ended it before: then it has not seen everything.
/// </summary>
internal sealed class ResumeWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, int> _events = new();
    private readonly ConcurrentQueue<string> _resumed = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Whether one was.</summary>
    public bool Seen => Resumed.Count > 0;

    /// <summary>Which, as often as they were.</summary>
    public IReadOnlyCollection<string> Resumed => Still(_resumed);

    /// <summary>The objects that were seen at all.</summary>
    public IReadOnlyCollection<string> Objects => Still<string[]>([.. _events.Keys]);

    /// <summary>Watches one object from now on: it must exist, and be suspended.</summary>
    public static Task<ResumeWatch> StartAsync(Cluster cluster, ApiResource resource, string ns, string name) =>
        StartAsync(cluster, $"{resource.CollectionPath(ns)}?watch=1&fieldSelector=metadata.name={name}", isFirstEventAwaited: true);

    /// <summary>Watches all objects of a kind in a namespace from now on, those that are not born yet included.</summary>
    public static async Task<ResumeWatch> StartAsync(Cluster cluster, ApiResource resource, string ns)
    {
        var (_, version) = await cluster.Api.ListAsync(resource, new() { Namespace = ns }, ObjectDecoders.Ignore);
        return await StartAsync(cluster, $"{resource.CollectionPath(ns)}?watch=1&resourceVersion={version}", isFirstEventAwaited: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _watching;
        }
        catch (OperationCanceledException)
        {
            // As it was asked to.
        }
        finally
        {
            _stop.Dispose();
        }
    }

    private static async Task<ResumeWatch> StartAsync(Cluster cluster, string path, bool isFirstEventAwaited)
    {
        var watch = new ResumeWatch();
        watch._watching = watch.WatchAsync(cluster, path, isFirstEventAwaited);
        await await Task.WhenAny(watch._established.Task, watch._watching);
        return watch;
    }

    private async Task WatchAsync(Cluster cluster, string path, bool isFirstEventAwaited)
    {
        using var client = cluster.ControlPlane.CreateHttpClient();
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_stop.Token));
        if (!isFirstEventAwaited)
        {
            _established.TrySetResult();
        }

        while (await lines.ReadLineAsync(_stop.Token) is { } line)
        {
            var found = JsonNode.Parse(line)!["object"]!;
            var name = (string?)found["metadata"]?["name"] ?? $"not an object: {line}";
            _events.AddOrUpdate(name, 1, (_, count) => count + 1);
            if (found["spec"] is not { } spec || (bool?)spec["suspend"] != true)
            {
                _resumed.Enqueue(name);
            }

            _established.TrySetResult();
        }

        throw new InvalidOperationException($"the API server has ended the watch of {path} unasked: nobody knows what came after its {_events.Values.Sum()} events");
    }

    private T Still<T>(T seen) => _watching.IsFaulted ? throw new InvalidOperationException("nothing is known since the watch has ended", _watching.Exception) : seen;
}
