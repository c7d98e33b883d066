using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Kubernetes;

namespace Sluice.Controller.Checks;

/// <summary>The request that a check is asked by.</summary>
internal static class CheckQuestion
{
    /// <summary>Makes it.</summary>
    /// <param name="check">The check.</param>
    /// <param name="gate">Its gate.</param>
    /// <param name="candidate">What it is asked about; null: the gate.</param>
    public static HttpRequestMessage Of(AskedCheck check, ObjectKey gate, Candidate? candidate) => check switch
    {
        PrometheusCheck prometheus => new(HttpMethod.Get, $"{prometheus.Address.AbsoluteUri.TrimEnd('/')}/api/v1/query?query={Uri.EscapeDataString(prometheus.Query)}"),
        HttpCheck http => new(HttpMethod.Post, http.Url) { Content = new StringContent(Payload(http, gate, candidate), Encoding.UTF8, "application/json") },
        _ => throw new ArgumentException($"A {check.GetType().Name} is not asked by a request.", nameof(check)),
    };

    /// <summary>
    /// What Flagger's web hooks get (https://docs.flagger.app/usage/webhooks): name, namespace, phase, checksum and metadata. The checksum tells two questions
    /// apart that are about something else.
    /// </summary>
    private static string Payload(HttpCheck check, ObjectKey gate, Candidate? candidate)
    {
        var metadata = JsonNode.Parse(check.Metadata)!.AsObject();
        metadata["check"] = check.Name;
        if (candidate is not null)
        {
            (metadata["revision"], metadata["digest"], metadata["specDigest"]) = (candidate.Revision, candidate.Digest, candidate.SpecDigest);
        }

        var about = new JsonObject { ["name"] = gate.Name, ["namespace"] = gate.Namespace, ["phase"] = "Waiting", ["metadata"] = metadata };
        about["checksum"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(about.ToJsonString())));
        return about.ToJsonString();
    }
}
