namespace Sluice.Gating.Signatures;

/// <summary>A signed statement that does not count; the message says why, as the end of a sentence that begins with it.</summary>
internal sealed class SignatureFaultException(string message) : Exception(message);
