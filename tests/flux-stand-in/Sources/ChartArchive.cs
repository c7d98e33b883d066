using System.Text;

namespace FluxStandIn.Sources;

/// <summary>A packaged chart of a <see cref="ChartRegistry"/>.</summary>
/// <param name="Version">Its version, which is its tag in a registry of images, too.</param>
/// <param name="Bytes">The archive.</param>
internal sealed record ChartArchive(string Version, byte[] Bytes)
{
    /// <summary>The digest of its manifest in a registry of images: another than that of the archive, which the manifest names.</summary>
    public string ImageDigest => ArtifactStorage.DigestOf(Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"layers":[{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"{{ArtifactStorage.DigestOf(Bytes)}}","size":{{Bytes.Length}}}]}"""));
}
