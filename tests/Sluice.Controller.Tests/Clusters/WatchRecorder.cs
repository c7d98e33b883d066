using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>A watcher of its own that remembers everything that objects ever were, for what must never have been.</summary>
public sealed class WatchRecorder : IAsyncDisposable
{
    private readonly HttpClient _api;
    private readonly StreamReader _events;
    private readonly Func<JsonNode, string?> _read;
    private readonly Task _reading;
    private ImmutableArray<string> _values = [];

    private WatchRecorder(HttpClient api, StreamReader events, Func<JsonNode, string?> read)
    {
        (_api, _events, _read) = (api, events, read);
        _reading = ReadAsync();
    }

    /// <summary>What is there when one is deleted.</summary>
    public const string Deleted = "(deleted)";

    /// <summary>What they were, in order; the same twice in a row is there once.</summary>
    /// <exception cref="InvalidOperationException">The watch has ended: then it may have missed something.</exception>
    public IReadOnlyList<string> Values => _reading.IsCompleted ? throw new InvalidOperationException("The watch has ended.", _reading.Exception) : _values;

    /// <summary>Starts it. When it returns, it misses nothing any more.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="resource">What to watch.</param>
    /// <param name="inNamespace">The namespace.</param>
    /// <param name="read">What matters of an object; null: nothing.</param>
    public static async Task<WatchRecorder> StartAsync(Cluster cluster, ApiResource resource, string inNamespace, Func<JsonNode, string?> read)
    {
        var api = cluster.ControlPlane.CreateHttpClient();
        api.Timeout = Timeout.InfiniteTimeSpan;
        var answer = await api.GetStreamAsync(new Uri($"{resource.CollectionPath(inNamespace)}?watch=true&timeoutSeconds=3600", UriKind.Relative));
        return new(api, new(answer), read);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        _events.Dispose();
        await Task.WhenAny(_reading);
    }

    private async Task ReadAsync()
    {
        while (await _events.ReadLineAsync() is { } line)
        {
            var change = JsonNode.Parse(line)!;
            if ((string?)change["type"] == "ERROR")
            {
                throw new InvalidOperationException(line);
            }

            if (_read(change["object"]!) is { } value)
            {
                value = (string?)change["type"] == "DELETED" ? Deleted : value;
                _values = _values.IsEmpty || _values[^1] != value ? _values.Add(value) : _values;
            }
        }
    }
}
