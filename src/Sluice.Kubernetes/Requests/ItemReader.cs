namespace Sluice.Kubernetes;

/// <summary>Takes the JSON of one item of a list.</summary>
internal delegate void ItemReader(ReadOnlySpan<byte> utf8Json);
