using System.Text.RegularExpressions;

namespace FluxStandIn.Sources;

/// <summary>
/// Plays every Helm repository and every registry of images: a folder in which <c>PATH-OF-THE-URL/VERSION.tgz</c> is a packaged chart. Of the ranges of
/// versions it knows <c>1.x</c>, <c>1.2.x</c> and <c>*</c>.
/// </summary>
internal sealed partial class ChartRegistry(string root)
{
    /// <summary>The newest version of a chart within a range.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public async Task<ChartArchive> FindAsync(string url, string range, CancellationToken cancellation)
    {
        var pattern = new Regex($"^{AnyPart().Replace(Regex.Escape(range.Replace('*', 'x')), ".+")}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        var file = Files(url).Where(file => pattern.IsMatch(VersionOf(file))).MaxBy(file => Version.Parse(VersionOf(file)))
            ?? throw new IOException($"no chart version found for {url} with version '{range}'");
        return await ReadAsync(file, cancellation);
    }

    /// <summary>The chart with a digest of its image.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public async Task<ChartArchive> FindImageAsync(string url, string digest, CancellationToken cancellation)
    {
        foreach (var file in Files(url))
        {
            if (await ReadAsync(file, cancellation) is var chart && chart.ImageDigest == digest)
                return chart;
        }

        throw new IOException($"failed to pull artifact from '{url}@{digest}': MANIFEST_UNKNOWN");
    }

    [GeneratedRegex(@"\bx\b")]
    private static partial Regex AnyPart();

    private static string VersionOf(string file) => Path.GetFileNameWithoutExtension(file);

    private static async Task<ChartArchive> ReadAsync(string file, CancellationToken cancellation) => new(VersionOf(file), await File.ReadAllBytesAsync(file, cancellation));

    private string[] Files(string url)
    {
        var folder = Path.Combine(root, new Uri(url).AbsolutePath.Trim('/'));
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tgz") : throw new IOException($"nothing is at {url}");
    }
}
