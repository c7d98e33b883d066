using System.Net;
using System.Net.Sockets;

namespace Sluice.TestBed;

/// <summary>Finds TCP ports for servers of a test.</summary>
public static class LoopbackPort
{
    // Below Linux' range for outgoing connections (32768 and up): while a server of the test is stopped, a client that keeps trying to
    // connect must not be given its port as the local one, which can even connect to itself.
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>
    /// A port on 127.0.0.1 that nothing listens on now, between 20,000 and 32,000. Take it for a server that must come back on the same
    /// port; else let the server listen on port 0.
    /// </summary>
    public static int Free()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            using TcpListener listener = new(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // in use: try another
            }
        }

        throw new InvalidOperationException($"No free port found between {First} and {End}.");
    }
}
