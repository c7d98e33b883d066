namespace Sluice.Api.Gates;

/// <summary>A spec that cannot be understood. The message names the field, the value and what is allowed.</summary>
internal sealed class InvalidSpecException(string message) : Exception(message);
