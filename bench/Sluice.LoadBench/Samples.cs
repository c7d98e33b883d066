using System.Text;
using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>The objects of the load: gates, and Kustomizations of about 6 KB with an inventory of sixty entries.</summary>
internal static class Samples
{
    public const string Namespace = "default";

    public static ApiResource Gate { get; } = new("gating.toolkit.fluxcd.io", "v1alpha1", "gates", "Gate");

    public static ApiResource Kustomization { get; } = new("kustomize.toolkit.fluxcd.io", "v1", "kustomizations", "Kustomization");

    public static byte[] NewGate(string name, string byDefault) => Utf8(
        $$$"""{"apiVersion": "{{{Gate.ApiVersion}}}", "kind": "Gate", "metadata": {"name": "{{{name}}}", "namespace": "{{{Namespace}}}"}, "spec": {"default": "{{{byDefault}}}", "interval": "1m"} }""");

    /// <summary>A gate that opens every night for three hours, in one of many zones, and closes over every weekend and over one more day of each month.</summary>
    public static byte[] NewWindowGate(string name, int number)
    {
        string[] zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo", "Asia/Tokyo", "UTC"];
        // Half a day from now: gates that change are not idle.
        var hour = (TimeProvider.System.GetUtcNow().Hour + 12) % 24;
        return Utf8(
            $$$"""
            {"apiVersion": "{{{Gate.ApiVersion}}}", "kind": "Gate", "metadata": {"name": "{{{name}}}", "namespace": "{{{Namespace}}}"},
             "spec": {"interval": "1m", "margin": "15m", "windows": [
               {"name": "nightly", "action": "open", "cron": "{{{number % 60}}} {{{hour}}} * * *", "duration": "2h", "timeZone": "UTC"},
               {"name": "weekend", "action": "close", "cron": "30 12 * * FRI", "duration": "66h", "timeZone": "{{{zones[number % zones.Length]}}}"},
               {"name": "monthly", "action": "close", "cron": "0 0 {{{1 + number % 28}}} * *", "duration": "24h", "timeZone": "{{{zones[number % zones.Length]}}}"} ]} }
            """);
    }

    public static byte[] NewKustomization(string name, string gate)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = Namespace,
            ["labels"] = new JsonObject { ["kustomize.toolkit.fluxcd.io/name"] = "apps", ["kustomize.toolkit.fluxcd.io/namespace"] = "flux-system" },
            ["annotations"] = new JsonObject { [GatedAnnotations.Gates] = gate },
        };
        var spec = new JsonObject
        {
            ["interval"] = "10m",
            ["prune"] = true,
            ["path"] = "./deploy/production",
            ["sourceRef"] = new JsonObject { ["kind"] = "GitRepository", ["name"] = "app" },
        };
        return Utf8(new JsonObject { ["apiVersion"] = Kustomization.ApiVersion, ["kind"] = "Kustomization", ["metadata"] = metadata, ["spec"] = spec }.ToJsonString());
    }

    public static byte[] Status(string name)
    {
        var entries = new JsonArray();
        for (var i = 0; i < 60; i++)
        {
            entries.Add((JsonNode)new JsonObject { ["id"] = $"production_{name}-component-{i:00}_apps_Deployment", ["v"] = "v1" });
        }

        return Utf8(new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["observedGeneration"] = 1,
                ["lastAppliedRevision"] = "main@sha1:33a24748f56060f9052f7b68433d63219148fca1",
                ["inventory"] = new JsonObject { ["entries"] = entries },
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["reason"] = "ReconciliationSucceeded",
                    ["message"] = "Applied revision: main@sha1:33a24748f56060f9052f7b68433d63219148fca1",
                    ["lastTransitionTime"] = "2026-03-26T10:00:00Z",
                    ["observedGeneration"] = 1,
                }),
            },
        }.ToJsonString());
    }

    /// <summary>A request to open or to close a gate, as an annotation.</summary>
    public static byte[] Request(string verb) => Utf8(
        $$$"""{"metadata": {"annotations": {"{{{verb}}}.gate.fluxcd.io/requestedAt": "{{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffffffZ}}}"} } }""");

    /// <summary>The body of a release, as sluice-controller sends it.</summary>
    public static byte[] Release(Seen seen) => Apply(seen, $$""", "resourceVersion": "{{seen.ResourceVersion}}" """, "");

    /// <summary>The body of the hold that <paramref name="seen"/> is under, as sluice-controller sends it.</summary>
    public static byte[] Hold(Seen seen) => Apply(
        seen,
        $$""", "annotations": {"{{GatedAnnotations.HeldBy}}": "{{seen.HeldBy}}", "{{GatedAnnotations.HeldSince}}": "{{seen.HeldSince}}"} """,
        """, "spec": {"suspend": true}""");

    private static byte[] Apply(Seen seen, string metadata, string more) => Utf8(
        $$"""
        {"apiVersion": "{{Kustomization.ApiVersion}}", "kind": "Kustomization",
         "metadata": {"name": "{{seen.Key.Name}}", "namespace": "{{seen.Key.Namespace}}", "uid": "{{seen.Uid}}"{{metadata}} }{{more}} }
        """);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
