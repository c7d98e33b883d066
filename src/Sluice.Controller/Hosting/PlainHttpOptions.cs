using System.Net.Security;

namespace Sluice.Controller.Hosting;

/// <summary>How much a <see cref="PlainHttpServer"/> takes. The defaults are for probes and scrapes, which send no body.</summary>
internal sealed record PlainHttpOptions
{
    /// <summary>The largest body of a request, in bytes. Default 1024.</summary>
    public long LargestRequestBody { get; init; } = 1024;

    /// <summary>The most connections at a time. Default 64.</summary>
    public long MostConnections { get; init; } = 64;

    /// <summary>
    /// Asked at each handshake, so that a new certificate takes effect without a connection being dropped; when it throws, that handshake
    /// fails. Default null: no TLS.
    /// </summary>
    public Func<SslServerAuthenticationOptions>? Tls { get; init; }

    /// <summary>Counts the connections. Default null: nobody does.</summary>
    public ConnectionDrain? Drain { get; init; }
}
