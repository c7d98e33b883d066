using System.Text.Json.Nodes;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;

namespace Sluice.Controller.Sources;

/// <summary>The spec of a target: that of the source as it was, with the revision pinned.</summary>
internal static class PinnedSpec
{
    // Of spec.ref, what source-controller goes by rather than by the branch.
    private static readonly string[] BeforeBranch = ["name", "semver", "tag"];

    /// <summary>Why a source cannot be pinned, whatever its revision; <see langword="null"/>: it can.</summary>
    public static string? Refusal(string kind, JsonObject spec)
    {
        if (kind == SourceKinds.Git && (string?)spec["verify"]?["mode"] is "Tag" or "TagAndHEAD")
        {
            // source-controller looks for the signature at the tag that ref names, and a target names a commit.
            return $"spec.verify.mode of the GitRepository is {spec["verify"]!["mode"]}, which Flux can only check where spec.ref names a tag, and a target is pinned at a commit: it could never be fetched. Use mode HEAD, which checks the commit's own signature";
        }

        if (kind != SourceKinds.Chart)
        {
            return null;
        }

        var from = (string?)spec["sourceRef"]?["kind"];

        // source-controller packages it anew then, with the generation of the HelmChart in its version: no two HelmCharts have the same.
        return spec["valuesFiles"] is JsonArray { Count: > 0 } ? "spec.valuesFiles of the HelmChart gives it a version of its own in every HelmChart, so that none can be pinned; put the values into the HelmRelease"
            : from != "HelmRepository" ? $"spec.sourceRef of the HelmChart is a {from}, whose charts have no version to pin; put the {from} behind a GatedSource, and have the HelmChart use its target"
            : null;
    }

    /// <summary>The names of the Git repositories that one includes, by its spec as JSON.</summary>
    public static IReadOnlyList<string> Includes(string spec) => !spec.Contains("\"include\"", StringComparison.Ordinal) ? []
        : [.. (JsonNode.Parse(spec)!["include"] as JsonArray ?? []).Select(include => (string?)include?["repository"]?["name"] ?? "")];

    /// <summary>What a spec is pinned at; <see langword="null"/>: at nothing.</summary>
    public static string? PinOf(string kind, JsonObject spec) => kind switch
    {
        SourceKinds.Git => (string?)spec["ref"]?["commit"],
        SourceKinds.Oci => (string?)spec["ref"]?["digest"],
        _ => (string?)spec["version"],
    };

    /// <summary>What the target is pinned at when a candidate is released.</summary>
    public static string PinFor(string kind, Candidate candidate) => kind switch
    {
        SourceKinds.Git => Revisions.Checksum(candidate.Revision).Split(':', 2)[^1],
        SourceKinds.Oci => Revisions.Checksum(candidate.Revision),
        _ => candidate.Revision,
    };

    /// <summary>The spec of the target.</summary>
    /// <param name="kind">The kind of the source.</param>
    /// <param name="snapshot">The spec of the source as the candidate was made from it, as JSON.</param>
    /// <param name="candidate">What was released.</param>
    public static JsonObject Make(string kind, string snapshot, Candidate candidate)
    {
        var spec = JsonNode.Parse(snapshot)!.AsObject();
        var pin = PinFor(kind, candidate);
        switch (kind)
        {
            case SourceKinds.Git:
                // The branch stays: it keeps the clone shallow, and the revision as it was called. But not where Flux goes by something else, for the commit may be on another.
                var pinned = new JsonObject { ["commit"] = pin };
                if (spec["ref"] is JsonObject reference && reference["branch"] is { } branch && !BeforeBranch.Any(reference.ContainsKey))
                {
                    pinned["branch"] = branch.DeepClone();
                }

                spec["ref"] = pinned;
                break;
            case SourceKinds.Oci:
                spec["ref"] = new JsonObject { ["digest"] = pin };
                break;
            default:
                spec["version"] = pin;
                break;
        }

        return spec;
    }
}
