using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Sluice.Controller.Hosting;

/// <summary>
/// One address and one handler on a bare Kestrel: no host, no container, no routing, HTTP/1.1 only. As Native AOT, two of these were measured
/// at 11.6 MB resident at start and 16.1 MB after 300 requests, two slim web hosts at 17.9 and 19.6 MB.
/// </summary>
internal sealed class PlainHttpServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private const int LargestRequestBody = 1024;
    private const int MostConnections = 64;

    private readonly string _flag;
    private readonly ListenAddress _address;
    private readonly RequestDelegate _handler;
    private readonly KestrelServer? _server;
    private ListenOptions? _listening;
    private int _stopped;

    /// <param name="flag">The flag that the address came from, for errors: <c>--metrics-addr</c>.</param>
    /// <param name="address">Where to listen; off means that nothing is started.</param>
    /// <param name="handler">Answers every request.</param>
    /// <param name="loggers">Kestrel's own log.</param>
    public PlainHttpServer(string flag, ListenAddress address, RequestDelegate handler, ILoggerFactory loggers)
    {
        _flag = flag;
        _address = address;
        _handler = handler;
        if (!address.IsOn)
        {
            return;
        }

        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestBodySize = LargestRequestBody;
        if (address.Address is { } ip)
        {
            options.Listen(ip, address.Port, Configure);
        }
        else
        {
            options.ListenAnyIP(address.Port, Configure);
        }

        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        _server = new KestrelServer(Options.Create(options), transport, loggers);
    }

    /// <summary>Where it listens once it was started, with the port that the system chose; null when it is off.</summary>
    public IPEndPoint? Bound { get; private set; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message names the flag.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_server is null)
        {
            return;
        }

        try
        {
            await _server.StartAsync(this, cancellation);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new IOException($"cannot listen on {_flag}={_address}: {e.Message} Choose another address, or 0 to turn it off.", e);
        }

        Bound = _listening!.IPEndPoint;
    }

    /// <summary>Stops listening and lets requests in hand finish, until <paramref name="cancellation"/> cuts them off.</summary>
    public Task StopAsync(CancellationToken cancellation) =>
        _server is null || Interlocked.Exchange(ref _stopped, 1) == 1 ? Task.CompletedTask : _server.StopAsync(cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _server?.Dispose();
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context) => _handler(context);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    private void Configure(ListenOptions options)
    {
        options.Protocols = HttpProtocols.Http1;
        _listening = options;
    }
}
