using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Installing;

/// <summary>
/// Somebody who has objects created all the time, by turns one that names a gate and one that a binding selects, without keeping them, and what
/// the API server makes of them.
/// </summary>
internal sealed class Births : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);
    private static readonly Uri Kustomizations = new("/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/apps/kustomizations?dryRun=All&fieldManager=author", UriKind.Relative);

    private static readonly string[] Metadata =
    [
        """ "annotations": {"gating.toolkit.fluxcd.io/gates": "sre"} """,
        """ "labels": {"team": "a"} """,
    ];

    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _unheld = [], _refused = [];
    private readonly Task _bearing;
    private int _count;

    private Births(HttpClient client)
    {
        _client = client;
        _bearing = BearAsync();
    }

    /// <summary>How many there were.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Those that were not born held.</summary>
    public IReadOnlyCollection<string> Unheld => _unheld;

    /// <summary>What was said of those that were refused.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    /// <summary>Begins at once.</summary>
    public static Births Start(ControlPlane cluster) => new(cluster.CreateHttpClient());

    /// <summary>Begins as soon as both are born held.</summary>
    public static async Task<Births> StartHeldAsync(ControlPlane cluster)
    {
        var client = cluster.CreateHttpClient();
        foreach (var metadata in Metadata)
            await Eventually.GivesAsync($"what has {metadata} is born held", () => BearAsync(client, metadata), born => born.IsHeld);
        return new(client);
    }

    /// <summary>Waits for some more.</summary>
    public async Task MoreAsync()
    {
        var wanted = Count + 25;
        await Eventually.GivesAsync("more objects are created", () => Task.FromResult(Count), count => count >= wanted);
    }

    /// <summary>Ends it.</summary>
    public async Task EndAsync()
    {
        await _stopping.CancelAsync();
        await _bearing;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task BearAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var metadata = Metadata[Count % Metadata.Length];
            var (held, refusal) = await BearAsync(_client, metadata);
            if (refusal is not null)
                _refused.Enqueue(refusal);
            else if (!held)
                _unheld.Enqueue($"number {Count}, with {metadata}");
            Interlocked.Increment(ref _count);
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private static async Task<(bool IsHeld, string? Refusal)> BearAsync(HttpClient client, string metadata)
    {
        using var manifest = new StringContent($$"""
            {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
             "metadata": {"name": "birth", "namespace": "apps", {{metadata}} },
             "spec": {"interval": "10m", "path": "./deploy", "prune": true, "sourceRef": {"kind": "GitRepository", "name": "app"} } }
            """, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(Kustomizations, manifest);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? ((bool?)JsonNode.Parse(text)!["spec"]!["suspend"] == true, null) : (false, text);
    }
}
