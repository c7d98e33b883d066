using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Sluice.FluxStandIn.Tests;

/// <summary>The folder that the stand-in takes as its --chart-root, with the chart <c>app</c> in it: <c>https://charts.example.org/charts</c> and <c>oci://registry.example.org/charts/app</c>.</summary>
internal sealed class TestCharts : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("flux-stand-in-charts-").FullName;

    /// <summary>Packages and pushes a version.</summary>
    public async Task PushAsync(string version, string template)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        await using (var tar = new TarWriter(gzip))
        {
            foreach (var (path, text) in new[] { ("app/Chart.yaml", $"apiVersion: v2\nname: app\nversion: {version}\n"), ("app/templates/app.yaml", template) })
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        var folder = Directory.CreateDirectory(Path.Combine(Root, "charts", "app")).FullName;
        // Never a half-written chart under its final name: it is being served.
        var part = Path.Combine(folder, $"{version}.part");
        await File.WriteAllBytesAsync(part, packed.ToArray());
        File.Move(part, Path.Combine(folder, $"{version}.tgz"), overwrite: true);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
