using System.Text;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>A valid object of each of Flux's kinds, which names gates.</summary>
internal static class GatedSamples
{
    /// <summary>The JSON of an object that names gates by annotation; with none it has no such annotation.</summary>
    public static ReadOnlyMemory<byte> Write(ApiResource resource, string inNamespace, string name, string gates) => Encoding.UTF8.GetBytes(
        $$"""
        {"apiVersion": "{{resource.ApiVersion}}", "kind": "{{resource.Kind}}",
         "metadata": {"namespace": "{{inNamespace}}", "name": "{{name}}", "annotations": { {{(gates.Length == 0 ? "" : $"\"gating.toolkit.fluxcd.io/gates\": \"{gates}\"")}} } },
         "spec": {{Spec(resource.Kind)}} }
        """);

    /// <summary>The least spec that Flux's own CRD accepts.</summary>
    public static string Spec(string kind) => kind switch
    {
        "Kustomization" => """{"interval": "10m", "prune": true, "sourceRef": {"kind": "GitRepository", "name": "app"}}""",
        "HelmRelease" => """{"interval": "10m", "chartRef": {"kind": "OCIRepository", "name": "app"}}""",
        "GitRepository" => """{"interval": "10m", "url": "https://git.example.org/app.git"}""",
        "OCIRepository" => """{"interval": "10m", "url": "oci://registry.example.org/app"}""",
        "Bucket" => """{"interval": "10m", "bucketName": "app", "endpoint": "minio.example.org"}""",
        "HelmRepository" => """{"interval": "10m", "url": "https://charts.example.org"}""",
        "HelmChart" => """{"interval": "10m", "chart": "app", "sourceRef": {"kind": "HelmRepository", "name": "app"}}""",
        "ImageRepository" => """{"interval": "10m", "image": "registry.example.org/app"}""",
        "ImagePolicy" => """{"imageRepositoryRef": {"name": "app"}, "policy": {"alphabetical": {"order": "asc"}}}""",
        "ImageUpdateAutomation" => """{"interval": "10m", "sourceRef": {"kind": "GitRepository", "name": "app"}, "git": {"commit": {"author": {"email": "bot@example.org"}}}}""",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not one of Flux's gated kinds"),
    };
}
