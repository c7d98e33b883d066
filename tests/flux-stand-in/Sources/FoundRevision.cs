namespace FluxStandIn.Sources;

/// <summary>What a source has now.</summary>
/// <param name="Revision">The revision as Flux writes it.</param>
/// <param name="File">The name of its artifact's file, another for each content.</param>
/// <param name="ReadAsync">Gives the artifact; an <see cref="IOException"/> when it cannot be fetched.</param>
internal sealed record FoundRevision(string Revision, string File, Func<CancellationToken, Task<byte[]>> ReadAsync);
