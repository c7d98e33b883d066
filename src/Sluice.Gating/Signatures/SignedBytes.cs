namespace Sluice.Gating.Signatures;

/// <summary>A signature taken out of what it came in.</summary>
/// <param name="Statement">The statement, byte for byte as it is in <paramref name="Message"/>: what is decided on.</param>
/// <param name="Message">What was signed: the statement, or the statement with its type.</param>
/// <param name="Signature">The signature.</param>
internal sealed record SignedBytes(byte[] Statement, byte[] Message, byte[] Signature);
