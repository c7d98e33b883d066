namespace Sluice.Kubernetes;

/// <summary>
/// Makes an object from its JSON. Called with exactly one JSON value; the span is only valid during the call.
/// Whatever it throws means "this cannot be understood" and is reported with the object's name.
/// </summary>
/// <param name="utf8Json">The object's JSON as UTF-8.</param>
public delegate T ObjectDecoder<out T>(ReadOnlySpan<byte> utf8Json);
