namespace FluxStandIn.Appliers;

/// <summary>The API server refused an object: Ready=False/ReconciliationFailed, and another try after the retry interval.</summary>
internal sealed class ApplyException(string message, Exception inner) : Exception(message, inner);
