namespace Sluice.Api.Audit;

/// <summary>What a write that was cut off has left: it stays in the file, and the next line accounts for it.</summary>
/// <param name="Bytes">How many, without the line break that ends them.</param>
/// <param name="Sha256">Their SHA-256, in hex.</param>
public sealed record TornBytes(long Bytes, string Sha256);
