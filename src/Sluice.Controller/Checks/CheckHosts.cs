namespace Sluice.Controller.Checks;

/// <summary>
/// The hosts that checks may ask. Who may write gates is not who may send requests from where the controller is, so that nothing is asked unless who
/// runs the controller says so.
/// </summary>
/// <param name="patterns">Each <c>HOST</c>, <c>HOST:PORT</c>, <c>*.DOMAIN</c> or <c>*.DOMAIN:PORT</c>.</param>
internal sealed class CheckHosts(IReadOnlyList<string> patterns)
{
    /// <summary>Whether a text can be a pattern.</summary>
    public static bool IsPattern(string text) =>
        Uri.TryCreate($"http://{Bare(text)}/", UriKind.Absolute, out var address) && address is { UserInfo: "", PathAndQuery: "/", Fragment: "" } && !Bare(text).Contains('*', StringComparison.Ordinal);

    /// <summary>Whether an address may be asked.</summary>
    public bool Allow(Uri address) => patterns.Any(pattern => Matches(pattern, address));

    private static bool Matches(string pattern, Uri address)
    {
        var wanted = new Uri($"{address.Scheme}://{Bare(pattern)}/");
        var hasPort = Bare(pattern).LastIndexOf(':') > Bare(pattern).LastIndexOf(']');
        var isHost = pattern.StartsWith("*.", StringComparison.Ordinal)
            ? address.IdnHost.EndsWith($".{wanted.IdnHost}", StringComparison.OrdinalIgnoreCase)
            : string.Equals(address.IdnHost, wanted.IdnHost, StringComparison.OrdinalIgnoreCase);
        return isHost && (!hasPort || wanted.Port == address.Port);
    }

    private static string Bare(string pattern) => pattern.StartsWith("*.", StringComparison.Ordinal) ? pattern[2..] : pattern;
}
