using System.Net;
using System.Net.Sockets;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What a Service does: hands each connection to the next of those that listen, and none any more to one that is to end.</summary>
internal sealed class RoundRobin : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private volatile IReadOnlyList<int> _ports;
    private int _next;

    private RoundRobin(IReadOnlyList<int> ports) => _ports = ports;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static RoundRobin Start(IReadOnlyList<int> ports)
    {
        var service = new RoundRobin(ports);
        service._listener.Start();
        _ = service.AcceptAsync();
        return service;
    }

    /// <summary>As for a pod that is being deleted: it gets no new connections, and keeps those that it has.</summary>
    public void Leave(int port) => _ports = [.. _ports.Where(other => other != port)];

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using (client)
        {
            var ports = _ports;
            foreach (var _ in ports)
            {
                using var server = new TcpClient();
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, ports[Interlocked.Increment(ref _next) % ports.Count]);
                }
                catch (SocketException)
                {
                    continue;
                }

                await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
                return;
            }
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has closed.
        }
    }
}
