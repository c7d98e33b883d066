using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Faults;

/// <summary>
/// Stands between the controller and the real API server: it passes everything on as it is, remembers what passed, and can call back
/// just before or just after a write, which is where a crash hurts, and where what was decided may be no longer true.
/// </summary>
public sealed class RecordingProxy : IAsyncDisposable
{
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase) { "Host", "Connection", "Transfer-Encoding", "Content-Length" };

    private readonly WebApplication _server;
    private readonly HttpClient _api;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<(string Request, int Status)> _answers = new();
    private readonly ConcurrentDictionary<string, Func<Task>> _interruptions = new();
    private readonly ConcurrentQueue<Task<int>> _late = new();
    private int _writes;

    private readonly string? _user;

    private RecordingProxy(WebApplication server, HttpClient api, string? user) => (_server, _api, _user) = (server, api, user);

    /// <summary>A kubeconfig by which the controller reaches the API server through this proxy.</summary>
    public string KubeconfigPath { get; private set; } = "";

    /// <summary>Every request since <see cref="Forget"/>, as method and path.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Every request that was answered since <see cref="Forget"/>, as method and path, with the status of the answer.</summary>
    public IReadOnlyList<(string Request, int Status)> Answers => [.. _answers];

    /// <summary>How many writes of gates and gated objects have come; Events and the lease do not count.</summary>
    public int Writes => _writes;

    /// <summary>
    /// Called with the number of a write before it is passed on. With false it never is, and is not answered: as when the controller died
    /// before it could send it.
    /// </summary>
    public Func<int, bool>? BeforeWrite { get; set; }

    /// <summary>Called with the number of a write when the API server has done it and the controller does not know yet.</summary>
    public Action<int>? AfterWrite { get; set; }

    /// <summary>Which writes, by method and path, fail before they reach the API server. Default: none.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>Which writes, by method and path, are answered that they are one too many now, and to be sent again in 12 seconds. Default: none.</summary>
    public Func<string, bool> Busy { get; set; } = _ => false;

    /// <summary>Which writes that are done, by method and path, are answered with a failure all the same. Default: none.</summary>
    public Func<string, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>The status of that failure: 409 where somebody on the way has sent the write twice. Default: 500.</summary>
    public int LostStatus { get; set; } = StatusCodes.Status500InternalServerError;

    /// <summary>Of which requests, by method and path, the answers are kept back for now: a watch that lags behind. Default: of none.</summary>
    public Func<string, bool> Withholds { get; set; } = _ => false;

    /// <summary>Which requests, by method and path, reach the API server when the task has ended: as on a network that is slow, or hangs. Default: none.</summary>
    public Func<string, Task?> Delays { get; set; } = _ => null;

    /// <summary>
    /// Which writes, by method and path, are answered with a failure at once, and reach the API server when the task has ended: as when an answer was not waited for any longer. Default: none.
    /// </summary>
    public Func<string, Task?> SendsLate { get; set; } = _ => null;

    /// <summary>Which requests, by method and path, are answered 404 with this text before they reach the API server. Default: none.</summary>
    public Func<string, string?> NotFound { get; set; } = _ => null;

    /// <summary>
    /// Whether to refuse watches that begin with what there is, as an API server does that is older than these (1.32) or has them turned off:
    /// then lists are asked for.
    /// </summary>
    public bool RefusesWatchLists { get; set; }

    /// <summary>Starts it.</summary>
    /// <param name="controlPlane">What it stands before.</param>
    /// <param name="user">A service account as NAMESPACE:NAME, whose rights every request has; null: those of the administrator.</param>
    public static async Task<RecordingProxy> StartAsync(ControlPlane controlPlane, string? user = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(LoopbackPort.Free(), listen => listen.Protocols = HttpProtocols.Http1));
        var proxy = new RecordingProxy(builder.Build(), controlPlane.CreateHttpClient(), user);
        proxy._api.Timeout = Timeout.InfiniteTimeSpan;
        proxy._server.Run(proxy.PassOnAsync);
        await proxy._server.StartAsync();
        var address = proxy._server.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        proxy.KubeconfigPath = Path.Combine(Path.GetDirectoryName(controlPlane.KubeconfigPath)!, $"proxy-{Guid.NewGuid():N}.kubeconfig");
        await File.WriteAllTextAsync(proxy.KubeconfigPath, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: proxy, cluster: {server: "{{address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)}}"} }]
            users: [{name: nobody, user: {token: none} }]
            contexts: [{name: proxy, context: {cluster: proxy, user: nobody} }]
            current-context: proxy
            """);
        return proxy;
    }

    /// <summary>The statuses of the answers to what was sent late, when there are all of them.</summary>
    public Task<int[]> LateAnswersAsync() => Task.WhenAll(_late);

    /// <summary>Starts counting anew.</summary>
    public void Forget()
    {
        _requests.Clear();
        _answers.Clear();
        Interlocked.Exchange(ref _writes, 0);
    }

    /// <summary>
    /// Has something done when the controller has decided about an object, and its write has not reached the API server. Done once: the task
    /// ends with it.
    /// </summary>
    public Task BeforeWriteOf(ApiResource resource, string inNamespace, string name, Func<Task> action, string? subresource = null)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _interruptions[resource.ObjectPath(new(inNamespace, name), subresource)] = async () =>
        {
            try
            {
                await action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
                throw;
            }
        };
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _api.Dispose();
    }

    private async Task PassOnAsync(HttpContext context)
    {
        var path = context.Request.Path + context.Request.QueryString;
        _requests.Enqueue($"{context.Request.Method} {path}");
        if (RefusesWatchLists && path.Contains("sendInitialEvents", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await context.Response.WriteAsync("""{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Invalid", "code": 422, "message": "sendInitialEvents: Forbidden"}""");
            return;
        }

        if (NotFound($"{context.Request.Method} {path}") is { } text)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync(text);
            return;
        }

        var isWrite = context.Request.Method != "GET" && !path.Contains("/events", StringComparison.Ordinal) && !path.Contains("/leases", StringComparison.Ordinal);
        var number = isWrite ? Interlocked.Increment(ref _writes) : 0;
        if (isWrite && BeforeWrite?.Invoke(number) == false)
        {
            context.Abort();
            return;
        }

        if (Delays($"{context.Request.Method} {path}") is { } delay)
        {
            await delay.WaitAsync(context.RequestAborted);
        }

        if (isWrite && Refuses($"{context.Request.Method} {path}"))
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        if (isWrite && Busy($"{context.Request.Method} {path}"))
        {
            _answers.Enqueue(($"{context.Request.Method} {path}", StatusCodes.Status429TooManyRequests));
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "12";
            return;
        }

        if (isWrite && _interruptions.TryRemove(context.Request.Path, out var interruption))
        {
            await interruption();
        }

        if (isWrite && SendsLate($"{context.Request.Method} {path}") is { } moment)
        {
            _late.Enqueue(SendLateAsync(await CopyAsync(context), moment));
            context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
            return;
        }

        using var request = await CopyAsync(context);
        // A write that was begun is done even when the controller has gone, as on a real network.
        using var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, isWrite ? CancellationToken.None : context.RequestAborted);
        if (isWrite)
        {
            AfterWrite?.Invoke(number);
            if (response.IsSuccessStatusCode && LosesAnswer($"{context.Request.Method} {path}"))
            {
                context.Response.StatusCode = LostStatus;
                return;
            }
        }

        _answers.Enqueue(($"{context.Request.Method} {path}", (int)response.StatusCode));
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var header in response.Headers.Concat(response.Content.Headers).Where(header => !HopByHop.Contains(header.Key)))
        {
            context.Response.Headers.Append(header.Key, header.Value.ToArray());
        }

        await using var stream = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            while (Withholds($"{context.Request.Method} {path}"))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, context.RequestAborted);
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private async Task<int> SendLateAsync(HttpRequestMessage request, Task moment)
    {
        using (request)
        {
            await moment;
            using var response = await _api.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    private async Task<HttpRequestMessage> CopyAsync(HttpContext context)
    {
        var request = new HttpRequestMessage(new(context.Request.Method), new Uri(context.Request.Path + context.Request.QueryString, UriKind.Relative));
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        foreach (var header in context.Request.Headers.Where(header => header.Key is "Accept" or "User-Agent"))
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable());
        }

        if (_user is not null)
        {
            request.Headers.Add("Impersonate-User", $"system:serviceaccount:{_user}");
            foreach (var group in new[] { "system:serviceaccounts", $"system:serviceaccounts:{_user.Split(':')[0]}", "system:authenticated" })
            {
                request.Headers.Add("Impersonate-Group", group);
            }
        }

        return request;
    }
}
