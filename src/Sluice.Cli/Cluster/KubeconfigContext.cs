using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sluice.Cli.Cluster;

/// <summary>Which context of the kubeconfig is in use, for messages alone: the connection itself is made by <c>Sluice.Kubernetes</c>.</summary>
internal static class KubeconfigContext
{
    /// <summary>A description such as <c>context 'prod' of kubeconfig /home/me/.kube/config</c>.</summary>
    public static string Describe(string? kubeconfig, string? context)
    {
        string[] files = !string.IsNullOrEmpty(kubeconfig) ? [kubeconfig]
            : Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } listed ? listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
        var present = files.Where(File.Exists).ToList();
        if (present.Count == 0)
            return "the pod's service account";
        var name = context ?? present.Select(file => Read(file, "current-context")).FirstOrDefault(found => !string.IsNullOrEmpty(found));
        return $"context '{name}' of kubeconfig {string.Join(Path.PathSeparator, present)}";
    }

    private static string? Read(string file, string key)
    {
        try
        {
            using var text = File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(text);
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..] && root.Children.TryGetValue(key, out var value) ? (value as YamlScalarNode)?.Value : null;
        }
        catch (Exception e) when (e is YamlException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
