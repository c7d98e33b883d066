using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FluxStandIn.Kubernetes;

/// <summary>
/// Keeps a copy of the objects of one kind by list and watch, and reports each change with what was known before.
/// It outlives anything that the API server does: an expired resource version is listed anew, and what is deleted meanwhile is reported then.
/// </summary>
internal sealed class Reflector(ApiServer api, ResourceKind kind, string @namespace, Action<JsonObject?, JsonObject?> onChange, TimeProvider time, Log log)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(5);

    // A watch ends by itself after this time, and one that is not heard of for longer is given up: a dropped connection says nothing.
    private static readonly TimeSpan WatchFor = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan GiveUpAfter = WatchFor + TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ObjectName, JsonObject> _objects = new();
    private string? _resourceVersion;

    public ICollection<JsonObject> Objects => _objects.Values;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var backOff = FirstBackOff;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (_resourceVersion is null)
                    await ListAsync(cancellation);
                var since = time.GetTimestamp();
                await WatchAsync(cancellation);
                if (time.GetElapsedTime(since) > LongestBackOff)
                {
                    backOff = FirstBackOff;
                    continue;
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.Code == HttpStatusCode.Gone)
            {
                log.Debug($"watch of {kind.Plural} expired, listing anew: {e.Message}");
                _resourceVersion = null;
            }
            catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
            {
                log.Debug($"{kind.Kind}: the API server does not serve {kind.ApiVersion} yet, trying again in {backOff}");
                _resourceVersion = null;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or JsonException or OperationCanceledException)
            {
                log.Error($"watch of {kind.Plural} interrupted, trying again in {backOff}: {e.Message}");

                // A line that cannot be read is a change that is not known, so start from a list.
                if (e is JsonException)
                    _resourceVersion = null;
            }

            await Task.Delay(backOff * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
            backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
        }
    }

    private async Task ListAsync(CancellationToken cancellation)
    {
        var seen = new HashSet<ObjectName>();
        var token = "";
        JsonObject page;
        do
        {
            page = await api.GetAsync($"{kind.Path(@namespace)}?limit=500&continue={Uri.EscapeDataString(token)}", cancellation);
            foreach (var item in page.Objects("items").ToList())
            {
                // A list leaves out what its items are.
                var obj = item.Copy();
                obj["apiVersion"] ??= kind.ApiVersion;
                obj["kind"] ??= kind.Kind;
                seen.Add(obj.Name());
                Set(obj);
            }

            token = page.Text("metadata", "continue") ?? "";
        }
        while (token.Length > 0);

        foreach (var gone in _objects.Keys.Where(name => !seen.Contains(name)).ToList())
            Remove(gone);
        _resourceVersion = page.Text("metadata", "resourceVersion");
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(GiveUpAfter, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        var query = $"?watch=1&allowWatchBookmarks=true&timeoutSeconds={(int)WatchFor.TotalSeconds}&resourceVersion={_resourceVersion}";
        using var response = await api.OpenAsync(kind.Path(@namespace) + query, either.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(either.Token));
        while (await reader.ReadLineAsync(either.Token) is { } line)
        {
            if (line.Length == 0)
                continue;
            var change = JsonNode.Parse(line) as JsonObject;
            var obj = change?["object"] as JsonObject ?? throw new JsonException($"a watch event without an object: {line}");
            switch (change.Text("type"))
            {
                case "ADDED" or "MODIFIED":
                    Set(obj.Copy());
                    break;
                case "DELETED":
                    Remove(obj.Name());
                    break;
                case "ERROR":
                    throw new ApiException((HttpStatusCode)(obj.Number("code") ?? 500), obj.Text("reason") ?? "", obj.Text("message") ?? line);
            }

            _resourceVersion = obj.Text("metadata", "resourceVersion");
        }
    }

    private void Set(JsonObject obj)
    {
        var name = obj.Name();
        var old = _objects.GetValueOrDefault(name);
        _objects[name] = obj;
        onChange(old, obj);
    }

    private void Remove(ObjectName name)
    {
        if (_objects.TryRemove(name, out var old))
            onChange(old, null);
    }
}
