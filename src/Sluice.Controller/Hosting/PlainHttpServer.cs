using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Sluice.Controller.Hosting;

/// <summary>
/// One address and one handler on a bare Kestrel: no host, no container, no routing; HTTP/1.1 only. As Native AOT, two of these were measured
/// at 11.6 MB resident at start and 16.1 MB after 300 requests, two slim web hosts at 17.9 and 19.6 MB.
/// </summary>
internal sealed class PlainHttpServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly string _flag;
    private readonly ListenAddress _address;
    private readonly RequestDelegate _handler;
    private readonly PlainHttpOptions _options;
    private readonly KestrelServer? _server;
    private readonly ServiceProvider? _services;
    private ListenOptions? _listening;
    private int _stopped;

    /// <param name="flag">The flag that the address came from, for errors: <c>--metrics-addr</c>.</param>
    /// <param name="address">Where to listen; off means that nothing is started.</param>
    /// <param name="handler">Answers every request.</param>
    /// <param name="loggers">Kestrel's own log.</param>
    /// <param name="limits">How much is taken, and whether by TLS; default: what probes need.</param>
    public PlainHttpServer(string flag, ListenAddress address, RequestDelegate handler, ILoggerFactory loggers, PlainHttpOptions? limits = null)
    {
        _options = limits ?? new();
        _flag = flag;
        _address = address;
        _handler = handler;
        if (!address.IsOn)
        {
            return;
        }

        _services = _options.Tls is null ? null : TlsServices(loggers);
        var options = new KestrelServerOptions { AddServerHeader = false };
        if (_services is not null)
        {
            options.ApplicationServices = _services;
        }

        options.Limits.MaxConcurrentConnections = _options.MostConnections;
        options.Limits.MaxRequestBodySize = _options.LargestRequestBody;
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
        await (_services?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context) => _handler(context);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    private void Configure(ListenOptions options)
    {
        // Also by TLS, where an API server speaks HTTP/2 to a URL of its own host, and HTTP/1.1 to Services and to every other URL: what HTTP/2 connections carry when a server stops cannot be told to go elsewhere one by one.
        options.Protocols = HttpProtocols.Http1;
        _listening = options;
        if (_options.Drain is { } drain)
        {
            options.Use(drain.Count);
        }

        if (_options.Tls is { } tls)
        {
            options.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls()) });
        }
    }

    /// <summary>What Kestrel's TLS asks a container for, and cannot be had without one; no host is started.</summary>
    private static ServiceProvider TlsServices(ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton(loggers);
        return builder.Services.BuildServiceProvider();
    }
}
