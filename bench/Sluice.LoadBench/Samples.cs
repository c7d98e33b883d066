using System.Text;
using System.Text.Json.Nodes;
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

    public static byte[] NewKustomization(string name, string? gates, bool suspend = false)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = Namespace };
        if (gates is not null)
        {
            metadata["annotations"] = new JsonObject { ["gating.toolkit.fluxcd.io/gates"] = gates };
        }

        var spec = new JsonObject
        {
            ["interval"] = "10m",
            ["prune"] = true,
            ["path"] = "./deploy/production",
            ["sourceRef"] = new JsonObject { ["kind"] = "GitRepository", ["name"] = "app" },
        };
        if (suspend)
        {
            spec["suspend"] = true;
        }

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

    /// <summary>The body of a release, as sluice-controller sends it.</summary>
    public static byte[] Release(string name, string uid) => Utf8(
        $$$"""{"apiVersion": "{{{Kustomization.ApiVersion}}}", "kind": "Kustomization", "metadata": {"name": "{{{name}}}", "namespace": "{{{Namespace}}}", "uid": "{{{uid}}}", "annotations": {} } }""");

    /// <summary>The body of a hold.</summary>
    public static byte[] Hold(string name) => Utf8(
        $$$"""{"apiVersion": "{{{Kustomization.ApiVersion}}}", "kind": "Kustomization", "metadata": {"name": "{{{name}}}", "namespace": "{{{Namespace}}}", "annotations": {"gating.toolkit.fluxcd.io/held-by": "default/big (GateClosed)", "gating.toolkit.fluxcd.io/held-since": "2026-03-26T10:00:00Z"} }, "spec": {"suspend": true} }""");

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
