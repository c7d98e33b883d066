using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace Sluice.Kubernetes;

/// <summary>
/// Finds the configuration where kubectl would and has the official client read it. Nothing else in the product
/// uses the official client, so this class is all there is to replace.
/// </summary>
internal static class ConfigurationLoader
{
    /// <exception cref="KubernetesConfigurationException">There is no configuration, or it cannot be used; the message names the file.</exception>
    public static ConnectionTarget Load(ConnectionOptions options)
    {
        var files = KubeconfigFiles(options.Kubeconfig);
        try
        {
            return files.Count > 0 ? FromFiles(files, options.Context) : FromPod(options);
        }
        catch (Exception e) when (e is KubeConfigException or IOException or UnauthorizedAccessException or FormatException
            or YamlDotNet.Core.YamlException or CryptographicException)
        {
            var origin = files.Count > 0 ? $"kubeconfig {string.Join(", ", files)}" : "the pod's service account";
            throw new KubernetesConfigurationException($"Cannot use {origin}: {e.Message}", e);
        }
    }

    // kubectl's order: the flag, which must exist; $KUBECONFIG, a list whose missing files are skipped; ~/.kube/config.
    private static List<string> KubeconfigFiles(string? explicitFile)
    {
        if (!string.IsNullOrEmpty(explicitFile))
        {
            return File.Exists(explicitFile)
                ? [Path.GetFullPath(explicitFile)]
                : throw new KubernetesConfigurationException($"Kubeconfig {explicitFile} does not exist.");
        }
        var listed = Environment.GetEnvironmentVariable("KUBECONFIG");
        if (!string.IsNullOrEmpty(listed))
        {
            var found = listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(File.Exists).Select(Path.GetFullPath).Distinct().ToList();
            return found.Count > 0
                ? found
                : throw new KubernetesConfigurationException($"None of the files in $KUBECONFIG exists: {listed}");
        }
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var standard = Path.Combine(home, ".kube", "config");
        return home.Length > 0 && File.Exists(standard) ? [standard] : [];
    }

    private static ConnectionTarget FromPod(ConnectionOptions options)
    {
        if (!KubernetesClientConfiguration.IsInCluster())
        {
            throw new KubernetesConfigurationException(
                "No kubeconfig was found (flag, $KUBECONFIG, ~/.kube/config) and this is not a pod with a service account.");
        }
        if (options.Context is not null)
            throw new KubernetesConfigurationException($"Context '{options.Context}' was asked for, but there is no kubeconfig.");
        return Target(KubernetesClientConfiguration.InClusterConfig(), user: null);
    }

    private static ConnectionTarget FromFiles(List<string> files, string? context)
    {
        var merged = new K8SConfiguration { Contexts = [], Clusters = [], Users = [] };
        foreach (var file in files)
            Merge(merged, Read(file), file);
        // Every path is absolute by now; the official client joins them to the directory of this name, which leaves them as they are.
        merged.FileName = files[0];

        var name = context ?? merged.CurrentContext;
        if (string.IsNullOrEmpty(name))
            throw new KubernetesConfigurationException($"Kubeconfig {string.Join(", ", files)} has no current context; name one.");
        var chosen = merged.Contexts.FirstOrDefault(c => c.Name == name)
            ?? throw new KubernetesConfigurationException(
                $"Kubeconfig {string.Join(", ", files)} has no context '{name}'; it has: {string.Join(", ", merged.Contexts.Select(c => c.Name))}.");
        if (chosen.ContextDetails?.Cluster is { } cluster && !merged.Clusters.Exists(c => c.Name == cluster && c.ClusterEndpoint is not null))
        {
            throw new KubernetesConfigurationException(
                $"Kubeconfig {string.Join(", ", files)}: context '{name}' names cluster '{cluster}', which is not there or has no server.");
        }
        var user = merged.Users.FirstOrDefault(u => u.Name == chosen.ContextDetails?.User)?.UserCredentials;
        return Target(KubernetesClientConfiguration.BuildConfigFromConfigObject(merged, name), user);
    }

    // The official client falls over a file without any content.
    private static K8SConfiguration Read(string file) =>
        File.ReadLines(file).Any(static line => line.TrimStart() is not ("" or ['#', ..] or "---"))
            ? KubernetesClientConfiguration.LoadKubeConfig(new FileInfo(file), useRelativePaths: true)
            : throw new KubernetesConfigurationException($"Kubeconfig {file} is empty.");

    // As kubectl merges: whoever names a thing first wins, and relative paths belong to the file that has them.
    private static void Merge(K8SConfiguration into, K8SConfiguration from, string file)
    {
        var directory = Path.GetDirectoryName(file)!;
        if (string.IsNullOrEmpty(into.CurrentContext))
            into.CurrentContext = from.CurrentContext;
        foreach (var context in from.Contexts ?? [])
        {
            if (into.Contexts.TrueForAll(known => known.Name != context.Name))
                into.Contexts.Add(context);
        }
        foreach (var cluster in from.Clusters ?? [])
        {
            if (into.Clusters.TrueForAll(known => known.Name != cluster.Name))
                into.Clusters.Add(cluster);
            if (cluster.ClusterEndpoint is { } endpoint)
                endpoint.CertificateAuthority = Absolute(directory, endpoint.CertificateAuthority);
        }
        foreach (var user in from.Users ?? [])
        {
            if (into.Users.TrueForAll(known => known.Name != user.Name))
                into.Users.Add(user);
            if (user.UserCredentials is not { } credentials)
                continue;
            credentials.ClientCertificate = Absolute(directory, credentials.ClientCertificate);
            credentials.ClientKey = Absolute(directory, credentials.ClientKey);
            // A bare command name is looked up in $PATH, a path is relative to the file.
            if (credentials.ExternalExecution is { Command: { } command } plugin && command.Contains(Path.DirectorySeparatorChar))
                plugin.Command = Absolute(directory, command);
        }
    }

    private static string? Absolute(string directory, string? path) => string.IsNullOrEmpty(path) ? path : Path.Combine(directory, path);

    private static ConnectionTarget Target(KubernetesClientConfiguration configuration, UserCredentials? user)
    {
        var server = new Uri(configuration.Host.EndsWith('/') ? configuration.Host : configuration.Host + "/");
        var credentials = k8s.Kubernetes.CreateCredentials(configuration);
        return new ConnectionTarget(
            server,
            string.IsNullOrEmpty(configuration.Namespace) ? "default" : configuration.Namespace,
            server.Scheme == Uri.UriSchemeHttps ? Tls(configuration) : null,
            credentials is null ? null : credentials.ProcessHttpRequestAsync,
            user?.Impersonate,
            user?.ImpersonateGroups?.ToList());
    }

    private static SslClientAuthenticationOptions Tls(KubernetesClientConfiguration configuration)
    {
        var tls = new SslClientAuthenticationOptions();
        if (!string.IsNullOrEmpty(configuration.TlsServerName))
            tls.TargetHost = configuration.TlsServerName;
#pragma warning disable CA5359 // The user wrote insecure-skip-tls-verify into the kubeconfig: kubectl obeys it too.
        if (configuration.SkipTlsVerify)
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (configuration.SslCaCerts is { Count: > 0 } authorities)
        {
            tls.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                k8s.Kubernetes.CertificateValidationCallBack(sender, authorities, certificate!, chain!, errors);
        }
        if (ClientCertificate(configuration) is { } own)
        {
            tls.ClientCertificates = [own];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }
        return tls;
    }

    private static X509Certificate2? ClientCertificate(KubernetesClientConfiguration configuration)
    {
        var certificate = Pem(configuration.ClientCertificateData, configuration.ClientCertificateFilePath);
        var key = Pem(configuration.ClientCertificateKeyData, configuration.ClientKeyFilePath);
        if (certificate is null || key is null)
            return null;
        using var loaded = X509Certificate2.CreateFromPem(certificate, key);
        // Windows' TLS refuses keys that exist in memory only; a round trip through PKCS #12 makes one that it takes.
        return X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pkcs12), password: null);
    }

    // Data wins over a file, as in kubectl; a credential plugin gives PEM without base64 around it.
    private static string? Pem(string? data, string? file)
    {
        if (string.IsNullOrEmpty(data))
            return string.IsNullOrEmpty(file) ? null : File.ReadAllText(file);
        return data.StartsWith("-----BEGIN", StringComparison.Ordinal) ? data : Encoding.UTF8.GetString(Convert.FromBase64String(data));
    }
}
