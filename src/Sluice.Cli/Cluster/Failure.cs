using System.Text.RegularExpressions;
using Sluice.Kubernetes;

namespace Sluice.Cli.Cluster;

/// <summary>What the API server, or the lack of one, has to say, in the words of somebody who wants to help.</summary>
internal static partial class Failure
{
    /// <summary>One or two lines.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="server">The API server's address.</param>
    /// <param name="origin">Where the connection was configured.</param>
    public static string Describe(KubernetesApiException failure, string server, string origin)
    {
        if (failure.StatusCode == 0)
            return $"cannot reach the API server at {server} ({origin}): {Reason(failure)}";
        if (failure.IsUnauthorized)
            return $"the API server at {server} does not accept the credentials of {origin}: {failure.Message}";
        if (!failure.IsForbidden)
            return failure.Message;
        if (Refusal().Match(failure.Message) is not { Success: true } refusal)
            return $"the API server refused: {failure.Message}";
        var resource = refusal.Groups["group"].Length == 0 ? refusal.Groups["resource"].Value : $"{refusal.Groups["resource"]}.{refusal.Groups["group"]}";
        var (where, flag) = refusal.Groups["namespace"] is { Success: true } found ? ($"in namespace '{found}'", $"-n {found}") : ("in all namespaces", "-A");
        return $"forbidden: you are '{refusal.Groups["user"]}', who may not {refusal.Groups["verb"]} {resource} {where} ({origin})\n"
            + $"see what you may do with 'kubectl auth can-i {refusal.Groups["verb"]} {resource} {flag}', and ask who runs the cluster";
    }

    private static string Reason(KubernetesApiException failure)
    {
        // The innermost exception is the one that knows: "Connection refused", "Name or service not known".
        Exception cause = failure;
        while (cause.InnerException is { } inner)
            cause = inner;
        return failure.Reason == "Timeout" ? failure.InnerException?.Message ?? failure.Message : cause.Message;
    }

    // RBAC's own sentence: k8s.io/apiserver's responsewriters.Forbidden.
    [GeneratedRegex("User \"(?<user>[^\"]*)\" cannot (?<verb>\\w+) resource \"(?<resource>[^\"]*)\" in API group \"(?<group>[^\"]*)\"(?: in the namespace \"(?<namespace>[^\"]*)\")?", RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();
}
