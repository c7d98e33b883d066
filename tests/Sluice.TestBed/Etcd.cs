using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed;

/// <summary>The etcd of one control plane, and the few requests that tests make to it directly (by its JSON gateway).</summary>
internal sealed class Etcd : IAsyncDisposable
{
    // "sluice-test-bed" in base64, as the gateway wants it; the API server's keys begin with "/registry".
    private const string Key = "c2x1aWNlLXRlc3QtYmVk";

    private readonly HttpClient _client;
    private readonly ManagedProcess _process;

    private Etcd(Uri address, ManagedProcess process)
    {
        Address = address;
        _process = process;
        _client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Address { get; }

    public static async Task<Etcd> StartAsync(string program, string folder, TimeSpan timeout)
    {
        var client = $"http://127.0.0.1:{LoopbackPort.Free()}";
        var peer = $"http://127.0.0.1:{LoopbackPort.Free()}";
        Etcd etcd = new(new Uri(client), ManagedProcess.Start(program,
        [
            $"--data-dir={folder}", "--unsafe-no-fsync=true", "--log-level=warn",
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=default={peer}",
        ]));
        try
        {
            await Readiness.WaitAsync(etcd._process, "etcd", timeout, async cancellationToken =>
            {
                using var answer = await etcd._client.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
                return answer.IsSuccessStatusCode ? null : $"/health answered {(int)answer.StatusCode}";
            });
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a key of the test bed's own, so that the revision goes on.</summary>
    /// <returns>The new revision, newer than every resourceVersion that the API server has given out.</returns>
    public async Task<long> AdvanceAsync()
    {
        var answer = await PostAsync("/v3/kv/put", new JsonObject { ["key"] = Key, ["value"] = "" });
        return long.Parse((string)answer["header"]!["revision"]!, CultureInfo.InvariantCulture);
    }

    /// <summary>Forgets what was before <paramref name="revision"/>, and returns when it is gone.</summary>
    public Task CompactAsync(long revision) =>
        PostAsync("/v3/kv/compaction", new JsonObject { ["revision"] = revision.ToString(CultureInfo.InvariantCulture), ["physical"] = true });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _client.Dispose();
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var answer = await _client.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"etcd answered {(int)answer.StatusCode} to {path}: {text}");
    }
}
