using System.Net;

namespace FluxStandIn.Kubernetes;

/// <summary>A refusal of the API server, with the reason and message of its Status.</summary>
internal sealed class ApiException(HttpStatusCode code, string reason, string message, bool objectIsMissing = false) : Exception(message)
{
    public HttpStatusCode Code => code;

    /// <summary>Kubernetes' machine-readable reason: <c>Invalid</c>, <c>Conflict</c>, <c>Expired</c>, …; empty when the answer had none.</summary>
    public string Reason => reason;

    /// <summary>
    /// Whether the API server says of this one object that it is not there. A bare 404 says nothing about the object: for a moment after its
    /// start the API server answers it for every object of a CRD that it does not serve yet.
    /// </summary>
    public bool ObjectIsMissing => objectIsMissing;
}
