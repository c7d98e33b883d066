namespace Sluice.Cli.Installing;

/// <summary>How what is gated comes to be held from birth, and requests to be stamped with who makes them.</summary>
internal enum AdmissionWay
{
    /// <summary>Not at all: it is held a moment after it was created.</summary>
    None,

    /// <summary>By the API server's own policies: Kubernetes 1.36 and later.</summary>
    Policies,

    /// <summary>By the controller's webhook: Kubernetes 1.30 and later.</summary>
    Webhook,
}
