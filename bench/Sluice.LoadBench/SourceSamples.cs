using System.Security.Cryptography;
using System.Text;
using Sluice.Api.Sources;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>The objects of the load on gated sources: Git repositories, and GatedSources that wait for approvals at one gate.</summary>
internal static class SourceSamples
{
    public const string Gate = "approvals";

    public static ApiResource GatedSource { get; } = new("gating.toolkit.fluxcd.io", "v1alpha1", "gatedsources", "GatedSource");

    public static ApiResource Approval { get; } = new("gating.toolkit.fluxcd.io", "v1alpha1", "approvals", "Approval");

    public static ApiResource GitRepository { get; } = new("source.toolkit.fluxcd.io", "v1", "gitrepositories", "GitRepository");

    public static byte[] NewGate() => Utf8(
        $$$"""{"apiVersion": "{{{Samples.Gate.ApiVersion}}}", "kind": "Gate", "metadata": {"name": "{{{Gate}}}", "namespace": "{{{Samples.Namespace}}}"}, "spec": {"default": "opened", "approvals": {"required": 1} } }""");

    public static byte[] NewRepository(string name) => Utf8(
        $$$"""
        {"apiVersion": "{{{GitRepository.ApiVersion}}}", "kind": "GitRepository", "metadata": {"name": "{{{name}}}", "namespace": "{{{Samples.Namespace}}}"},
         "spec": {"interval": "10m", "url": "https://git.example.org/{{{name}}}.git", "ref": {"branch": "main"}, "ignore": "/docs\n/tests\n", "secretRef": {"name": "git-credentials"},
                  "verify": {"mode": "HEAD", "secretRef": {"name": "keys-of-the-team"} } } }
        """);

    /// <summary>What source-controller writes when it has fetched the <paramref name="number"/>th commit.</summary>
    public static byte[] Fetched(string name, int number) => Utf8(
        $$"""
        {"status": {"observedGeneration": 1,
          "artifact": {"revision": "{{Revision(name, number)}}", "digest": "{{Digest(name, number)}}", "path": "gitrepository/default/{{name}}/x.tar.gz", "url": "http://source-controller/x.tar.gz", "lastUpdateTime": "2026-11-26T12:00:00Z", "size": 4711},
          "conditions": [{"type": "Ready", "status": "True", "reason": "Succeeded", "message": "stored artifact for revision '{{Revision(name, number)}}'", "lastTransitionTime": "2026-11-26T12:00:00Z", "observedGeneration": 1}] } }
        """);

    public static byte[] NewGatedSource(string name) => Utf8(
        $$$"""
        {"apiVersion": "{{{GatedSource.ApiVersion}}}", "kind": "GatedSource", "metadata": {"name": "{{{name}}}", "namespace": "{{{Samples.Namespace}}}"},
         "spec": {"sourceRef": {"kind": "GitRepository", "name": "{{{name}}}"}, "target": {"name": "{{{name}}}-gated"}, "gates": [{"name": "{{{Gate}}}"}], "initial": "release"} }
        """);

    public static byte[] NewApproval(string gateUid, SeenRelease seen, CandidateStatus candidate) => Utf8(
        $$$"""
        {"apiVersion": "{{{Approval.ApiVersion}}}", "kind": "Approval", "metadata": {"generateName": "{{{seen.Key.Name}}}-", "namespace": "{{{Samples.Namespace}}}"},
         "spec": {"gate": {"name": "{{{Gate}}}", "uid": "{{{gateUid}}}"}, "target": {"kind": "GatedSource", "namespace": "{{{Samples.Namespace}}}", "name": "{{{seen.Key.Name}}}", "uid": "{{{seen.Uid}}}"},
                  "revision": "{{{candidate.Revision}}}", "digest": "{{{candidate.Digest}}}", "specDigest": "{{{candidate.SpecDigest}}}", "decision": "approve", "approver": {"username": "bench"} } }
        """);

    public static string Revision(string name, int number) => $"main@sha1:{Convert.ToHexStringLower(SHA256.HashData(Utf8($"{name} {number}")))[..40]}";

    private static string Digest(string name, int number) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Utf8($"tar {name} {number}")))}";

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
