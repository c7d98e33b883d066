using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Sluice.Kubernetes.Tests;

/// <summary>Answers requests as a test says, without a network: for what depends on time, which the test's clock then controls.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Channel<Exchange> _requests = Channel.CreateUnbounded<Exchange>();

    public sealed record Exchange(HttpRequestMessage Request, string Body, TaskCompletionSource<HttpResponseMessage> Answer, CancellationToken GivenUp)
    {
        public string Path => Request.RequestUri!.PathAndQuery;

        public void Reply(int code, string body, string? retryAfter = null) => Reply(code, new StringContent(body), retryAfter);

        public void Reply(int code, HttpContent body, string? retryAfter = null)
        {
            var response = new HttpResponseMessage((HttpStatusCode)code) { Content = body };
            if (retryAfter is not null)
                response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            Answer.TrySetResult(response);
        }

        /// <summary>Nobody is there: the connection is refused.</summary>
        public void Refuse() => Answer.TrySetException(new HttpRequestException(
            HttpRequestError.ConnectionError, "Connection refused", new SocketException((int)SocketError.ConnectionRefused)));

        /// <summary>A stream that stays open, for a watch: write lines into it.</summary>
        public LineStream ReplyStream()
        {
            var stream = new LineStream();
            Reply(200, new StreamContent(stream));
            return stream;
        }
    }

    public static KubernetesConnection Connect(out ScriptedServer server, TimeProvider time, ConnectionOptions? options = null)
    {
        server = new ScriptedServer();
        return new KubernetesConnection(new ConnectionTarget(new Uri("http://scripted/"), "default"), options ?? new ConnectionOptions(), time, server);
    }

    /// <summary>The next request, once there is one.</summary>
    public async Task<Exchange> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        return await _requests.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Whether a request is waiting.</summary>
    public bool HasRequest => _requests.Reader.Count > 0;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var exchange = new Exchange(request, body, new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        _requests.Writer.TryWrite(exchange);
        return await exchange.Answer.Task.WaitAsync(cancellationToken);
    }
}
