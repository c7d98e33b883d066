using System.Net;
using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;
using FluxStandIn.Sources;

namespace FluxStandIn.Appliers;

/// <summary>Downloads an artifact, verifies its digest and unpacks it.</summary>
internal sealed class ArtifactFetcher(HttpClient http)
{
    /// <exception cref="FileNotFoundException">It is not (or no longer) there: try again soon.</exception>
    /// <exception cref="IOException">It could not be fetched, or is not what its digest says.</exception>
    public async Task FetchAsync(JsonNode artifact, string folder, CancellationToken cancellation)
    {
        byte[] bytes;
        try
        {
            bytes = await http.GetByteArrayAsync(new Uri(artifact.Text("url")!), cancellation);
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            throw new FileNotFoundException("file not found", e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"failed to download artifact from {artifact.Text("url")}: {e.Message}", e);
        }

        var expected = artifact.Text("digest")!;
        var found = ArtifactStorage.DigestOf(bytes);
        if (found != expected)
            throw new IOException($"failed to verify artifact: computed digest {found} doesn't match {expected}");
        await ArtifactArchive.UnpackAsync(bytes, folder, cancellation);
    }
}
