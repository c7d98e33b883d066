using System.Net.Security;

namespace Sluice.Kubernetes;

/// <summary>What a configuration comes down to: where to connect, and how to prove who is asking.</summary>
/// <param name="Server">The API server's base address.</param>
/// <param name="Namespace">The namespace of the context or of the pod.</param>
/// <param name="Tls">Trust and client certificate; null for a clear-text server.</param>
/// <param name="Authenticate">Puts a credential on a request; null where the client certificate is the credential.</param>
/// <param name="ImpersonateUser">A user that the configuration itself says to act as.</param>
/// <param name="ImpersonateGroups">Groups that the configuration itself says to act as.</param>
internal sealed record ConnectionTarget(
    Uri Server,
    string Namespace,
    SslClientAuthenticationOptions? Tls = null,
    Func<HttpRequestMessage, CancellationToken, Task>? Authenticate = null,
    string? ImpersonateUser = null,
    IReadOnlyList<string>? ImpersonateGroups = null);
