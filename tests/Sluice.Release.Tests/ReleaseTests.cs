using System.Text.RegularExpressions;
using Sluice.TestBed;

namespace Sluice.Release.Tests;

/// <summary>What <c>dev/release</c> makes of the repository.</summary>
public sealed class ReleaseTests
{
    [Fact]
    public async Task Manifests_and_chart_have_the_image_by_the_digest_under_which_it_was_pushed()
    {
        var image = $"registry.example.com/sluice/sluice-controller@sha256:{new string('a', 64)}";
        await Script.RunAsync(RepositoryRoot.Combine("dev", "release"), "manifests", image.Split('@')[0], image.Split('@')[1]);

        var manifests = await File.ReadAllTextAsync(RepositoryRoot.Combine("artifacts", "release", "install.yaml"), TestContext.Current.CancellationToken);
        manifests.Should().Contain($"image: {image}\n").And.Contain("kind: CustomResourceDefinition\n");
        var version = Regex.Match(await File.ReadAllTextAsync(RepositoryRoot.Combine("Directory.Build.props"), TestContext.Current.CancellationToken), "<VersionPrefix>(.*)<").Groups[1];
        var helm = (await Script.RunAsync(RepositoryRoot.Combine("dev", "helm"))).Trim();
        (await Script.RunAsync(helm, "template", "sluice", RepositoryRoot.Combine("artifacts", "release", $"sluice-{version}.tgz"))).Should().Contain($"image: \"{image}\"\n");
    }
}
