using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Controller.Hosting;

/// <summary>
/// Where an endpoint listens, as Flux's controllers write it: <c>:8080</c> (every address, IPv6 and IPv4), <c>0.0.0.0:8080</c>,
/// <c>127.0.0.1:0</c> (a free port), <c>[::1]:9440</c>, <c>localhost:8080</c> (IPv4 loopback); <c>0</c> or nothing at all turns it off.
/// </summary>
public readonly record struct ListenAddress
{
    /// <summary>No endpoint.</summary>
    public static readonly ListenAddress Off;

    private ListenAddress(IPAddress? address, int port)
    {
        Address = address;
        Port = port;
        IsOn = true;
    }

    /// <summary>Whether there is anything to listen on.</summary>
    public bool IsOn { get; }

    /// <summary>The one address to listen on, or null for every address of the machine.</summary>
    public IPAddress? Address { get; }

    /// <summary>The port, 0 to 65535; 0 lets the system choose a free one.</summary>
    public int Port { get; }

    /// <summary>Reads an address; <paramref name="error"/> says what is wrong with it and what is allowed.</summary>
    public static bool TryParse(string? text, out ListenAddress address, out string? error)
    {
        address = Off;
        error = null;
        if (string.IsNullOrEmpty(text) || text == "0")
        {
            return true;
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (colon < 0)
        {
            error = $"'{text}' has no port; {Forms}";
        }
        else if (!TryParsePort(text[(colon + 1)..], out var port))
        {
            error = $"'{text}': '{text[(colon + 1)..]}' is not a port (0 to 65535); {Forms}";
        }
        else if (!TryParseHost(host, out var ip))
        {
            error = $"'{text}': '{host}' is not an IP address of this machine's (IPv6 goes in brackets); {Forms}";
        }
        else
        {
            address = new ListenAddress(ip, port);
            return true;
        }

        return false;
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">The text is not an address; the message says what is allowed.</exception>
    public static ListenAddress Parse(string? text) =>
        TryParse(text, out var address, out var error) ? address : throw new FormatException(error);

    /// <summary>The address as it is written in a flag; <c>0</c> when it is off.</summary>
    public override string ToString() => !IsOn
        ? "0"
        : Address is { AddressFamily: AddressFamily.InterNetworkV6 } ? $"[{Address}]:{Port}" : $"{Address}:{Port}";

    private const string Forms = "write :8080, 127.0.0.1:8080 or [::1]:8080, or 0 to turn it off";

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;

    private static bool TryParseHost(string host, out IPAddress? address)
    {
        address = null;
        if (host.Length == 0)
        {
            return true;
        }

        if (host == "localhost")
        {
            address = IPAddress.Loopback;
            return true;
        }

        // IPAddress.TryParse takes "1" and "127.1" for IPv4, and IPv6 without brackets: neither is meant here.
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        return bracketed
            ? IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out address) && address.AddressFamily == AddressFamily.InterNetworkV6
            : host.Count('.') == 3 && IPAddress.TryParse(host, out address) && address.AddressFamily == AddressFamily.InterNetwork;
    }
}
