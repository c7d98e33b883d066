namespace Sluice.Controller.Auditing;

/// <summary>A decision could not be written to the audit log, so what it would let pass does not pass. The message says what to do.</summary>
internal sealed class AuditException(string message, Exception? inner = null) : IOException(message, inner);
