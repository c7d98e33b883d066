using System.Net;

namespace FluxStandIn.Kubernetes;

/// <summary>A refusal of the API server, with the reason and message of its Status.</summary>
internal sealed class ApiException(HttpStatusCode code, string reason, string message) : Exception(message)
{
    public HttpStatusCode Code => code;

    /// <summary>Kubernetes' machine-readable reason: <c>Invalid</c>, <c>Conflict</c>, <c>Expired</c>, …; empty when the answer had none.</summary>
    public string Reason => reason;
}
