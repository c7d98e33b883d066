using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;

namespace FluxStandIn.Kubernetes;

/// <summary>
/// REST calls on JSON objects. The client library gives the connection and the credentials only: its watch ends without saying why,
/// skips what it cannot decode, and drops the fields that its types do not know.
/// </summary>
internal sealed class ApiServer : IDisposable
{
    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";
    private const string ApplyPatch = "application/apply-patch+yaml";

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private readonly StandInOptions _options;
    private readonly Lock _lock = new();
    private k8s.Kubernetes _client;
    private DateTimeOffset _connectedAt;

    public ApiServer(StandInOptions options)
    {
        _options = options;
        Connect();
    }

    /// <summary>The object, or null when the API server says that there is none.</summary>
    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await CallAsync(HttpMethod.Get, path, null, null, cancellation);
        }
        catch (ApiException e) when (e.ObjectIsMissing)
        {
            return null;
        }
    }

    public Task<JsonObject> GetAsync(string path, CancellationToken cancellation) => CallAsync(HttpMethod.Get, path, null, null, cancellation);

    public Task<JsonObject> PatchAsync(string path, string mediaType, string fieldManager, JsonNode body, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Patch, $"{path}?fieldManager={fieldManager}", mediaType, body, cancellation);

    /// <summary>Server-side apply with force, as Flux's appliers do it.</summary>
    public Task<JsonObject> ApplyAsync(string path, string fieldManager, JsonObject body, bool dryRun, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Patch, $"{path}?fieldManager={fieldManager}&force=true{(dryRun ? "&dryRun=All" : "")}", ApplyPatch, body, cancellation);

    public Task DeleteAsync(string path, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Delete, $"{path}?propagationPolicy=Background", null, null, cancellation);

    /// <summary>A response whose body is still to be read: a watch.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, cancellation);
    }

    public void Dispose() => _client.Dispose();

    private async Task<JsonObject> CallAsync(HttpMethod method, string path, string? mediaType, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(mediaType!));

        using var deadline = new CancellationTokenSource(CallTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            using var response = await SendAsync(request, either.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(either.Token);
            return JsonNode.Parse(bytes) as JsonObject ?? throw new JsonException($"{method} {path}: expected a JSON object");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"{method} {path}: no answer within {CallTimeout.TotalSeconds} s");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var client = _client;
        request.RequestUri = new Uri(client.BaseUri, request.RequestUri!.OriginalString);
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (client.Credentials is { } credentials)
            await credentials.ProcessHttpRequestAsync(request, cancellation);

        var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.IsSuccessStatusCode)
            return response;

        using (response)
        {
            // A restarted API server may have written a new kubeconfig with other credentials.
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                Connect();
            throw await RefusalAsync(response, cancellation);
        }
    }

    private static async Task<ApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            var status = JsonNode.Parse(text);
            return new ApiException(
                response.StatusCode, status.Text("reason") ?? "", status.Text("message") ?? text,
                response.StatusCode == HttpStatusCode.NotFound && status.Text("details", "name") is not null);
        }
        catch (JsonException)
        {
            return new ApiException(response.StatusCode, "", text.Length == 0 ? response.StatusCode.ToString() : text);
        }
    }

    [MemberNotNull(nameof(_client))]
    private void Connect()
    {
        lock (_lock)
        {
            var now = _options.Time.GetUtcNow();
            if (_client is not null && now - _connectedAt < TimeSpan.FromSeconds(1))
                return;

            // The old client is left to the garbage collector: other workers may be in the middle of a call.
            // The library looks at KUBECONFIG only when it may also use a service account, which nobody here wants.
            var kubeconfig = _options.Kubeconfig ?? Environment.GetEnvironmentVariable("KUBECONFIG")?.Split(Path.PathSeparator)[0];
            _client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig, _options.Context));
            _connectedAt = now;
        }
    }
}
