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
    private const int BlockLength = 100;

    private static readonly Lock Taking = new();
    private static readonly Queue<int> Ports = [];

    // Held until the process ends.
    private static readonly List<FileStream> Blocks = [];

    /// <summary>
    /// A port on 127.0.0.1 that nothing listens on now, between 20,000 and 32,000, and that no other call gives, in no other process of the tests: a server needs a moment
    /// before it listens. Take it for a server that must come back on the same port; else let the server listen on port 0.
    /// </summary>
    public static int Free()
    {
        lock (Taking)
        {
            while (true)
            {
                while (Ports.TryDequeue(out var port))
                {
                    if (IsFree(port))
                    {
                        return port;
                    }
                }

                TakeBlock();
            }
        }
    }

    private static void TakeBlock()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"sluice-ports-{Environment.UserName}")).FullName;
        foreach (var number in Enumerable.Range(0, (End - First) / BlockLength).Shuffle())
        {
            try
            {
                Blocks.Add(new(Path.Combine(folder, $"{First + (number * BlockLength)}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // another process has it
                continue;
            }

            foreach (var port in Enumerable.Range(First + (number * BlockLength), BlockLength))
            {
                Ports.Enqueue(port);
            }

            return;
        }

        throw new InvalidOperationException($"Other processes of the tests have all ports between {First} and {End}; the locks are in {folder}.");
    }

    private static bool IsFree(int port)
    {
        using TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
