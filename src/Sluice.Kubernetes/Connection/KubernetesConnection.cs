using System.Net;
using System.Net.Security;

namespace Sluice.Kubernetes;

/// <summary>
/// The connection to one API server: address, TLS, credentials and rate limit, shared by everything that talks to it.
/// Open one for the life of the program.
/// </summary>
public sealed class KubernetesConnection : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly ConnectionTarget _target;
    private readonly string _userAgent;
    private readonly string? _impersonateUser;
    private readonly IReadOnlyList<string> _impersonateGroups;

    internal KubernetesConnection(ConnectionTarget target, ConnectionOptions options, TimeProvider time, HttpMessageHandler? handler = null)
    {
        _target = target;
        _userAgent = options.UserAgent;
        _impersonateUser = options.ImpersonateUser ?? target.ImpersonateUser;
        _impersonateGroups = options.ImpersonateUser is null ? target.ImpersonateGroups ?? [] : options.ImpersonateGroups;
        if (_impersonateUser is null && options.ImpersonateGroups.Count > 0)
            throw new KubernetesConfigurationException("Groups can be impersonated only together with a user.");
        Namespace = string.IsNullOrEmpty(options.Namespace) ? target.Namespace : options.Namespace;
        RequestTimeout = options.RequestTimeout;
        RateLimit = new TokenBucket(options.Qps, options.Burst, time);
        Time = time;
        _http = new HttpMessageInvoker(handler ?? Handler(target.Tls));
    }

    /// <summary>The namespace of the context or of the pod; <c>default</c> if neither names one.</summary>
    public string Namespace { get; }

    /// <summary>The API server's address, for messages.</summary>
    public string Server => _target.Server.AbsoluteUri;

    internal TokenBucket RateLimit { get; }

    internal TimeSpan RequestTimeout { get; }

    internal TimeProvider Time { get; }

    /// <summary>
    /// Finds the configuration as kubectl does (<see cref="ConnectionOptions.Kubeconfig"/>, <c>$KUBECONFIG</c>, <c>~/.kube/config</c>,
    /// the pod's service account) and prepares the connection. Nothing is sent yet.
    /// </summary>
    /// <exception cref="KubernetesConfigurationException">There is no usable configuration.</exception>
    public static KubernetesConnection Open(ConnectionOptions options, TimeProvider time) =>
        new(ConfigurationLoader.Load(options), options, time);

    /// <summary>Sends one request as it is; the caller disposes the response.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string pathAndQuery, CancellationToken cancellation)
    {
        // Joined by hand: a server behind a path (Rancher's /k8s/clusters/x) must keep it.
        request.RequestUri = new Uri(_target.Server.AbsoluteUri.TrimEnd('/') + pathAndQuery);
        request.Version = _target.Server.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        if (_impersonateUser is not null)
            request.Headers.TryAddWithoutValidation("Impersonate-User", _impersonateUser);
        foreach (var group in _impersonateGroups)
            request.Headers.TryAddWithoutValidation("Impersonate-Group", group);
        if (_target.Authenticate is { } authenticate)
            await authenticate(request, cancellation).ConfigureAwait(false);
        return await _http.SendAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>Closes every connection, running watches included.</summary>
    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Handler(SslClientAuthenticationOptions? tls) => new()
    {
        SslOptions = tls ?? new SslClientAuthenticationOptions(),
        // An API server allows 250 streams a connection; more watches than that must not queue behind each other.
        EnableMultipleHttp2Connections = true,
        // Finds a connection that a firewall dropped: without it a quiet watch would wait for its deadline (as Go's client, 30 s and 15 s).
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // A watch that is given up must close, not be read to its end.
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(100),
        // The API server never redirects, and credentials must not follow one.
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
    };
}
