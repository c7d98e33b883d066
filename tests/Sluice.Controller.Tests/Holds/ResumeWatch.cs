using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Holds;

/// <summary>Sees whether an object is not suspended even for a moment, as Flux would: by a watch, which misses nothing.</summary>
internal sealed class ResumeWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _watching = Task.CompletedTask;
    private volatile bool _seen;

    /// <summary>Whether it was.</summary>
    public bool Seen => _seen;

    /// <summary>Watches from now on: the object must exist, and be suspended.</summary>
    public static async Task<ResumeWatch> StartAsync(Cluster cluster, ApiResource resource, string ns, string name)
    {
        var watch = new ResumeWatch();
        watch._watching = watch.WatchAsync(cluster, resource, ns, name);
        await await Task.WhenAny(watch._established.Task, watch._watching);
        return watch;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(Cluster cluster, ApiResource resource, string ns, string name)
    {
        using var client = cluster.ControlPlane.CreateHttpClient();
        var path = $"{resource.CollectionPath(ns)}?watch=1&fieldSelector=metadata.name={name}";
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_stop.Token));
        while (await lines.ReadLineAsync(_stop.Token) is { } line)
        {
            _seen |= JsonNode.Parse(line)!["object"]!["spec"] is { } spec && (bool?)spec["suspend"] != true;
            _established.TrySetResult();
        }
    }
}
