using System.Text.RegularExpressions;
using Sluice.TestBed;

namespace Sluice.Release.Tests;

/// <summary>The workflows of GitHub, which only GitHub can run.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Lint = RepositoryRoot.Combine("dev", "lint-workflows");

    public static TheoryData<string> Workflows =>
        [.. Directory.EnumerateFiles(RepositoryRoot.Combine(".github", "workflows")).Select(file => Path.GetFileName(file))];

    [Fact]
    public async Task The_linter_finds_no_fault() => await Script.RunAsync(Lint);

    [Fact]
    public async Task The_linter_would_find_one()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("sluice-workflows-").FullName, "faulty.yml");
        try
        {
            await File.WriteAllTextAsync(file, "on: push\njobs: {test: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ nothing.here }}'}]}}\n", TestContext.Current.CancellationToken);
            var lint = () => Script.RunAsync(Lint, file);
            (await lint.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*undefined variable \"nothing\"*");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_action_is_named_by_its_commit_and_every_right_is_given_to_a_job(string name)
    {
        var text = File.ReadAllText(RepositoryRoot.Combine(".github", "workflows", name));
        text.Split('\n').Where(line => line.Contains("uses:", StringComparison.Ordinal)).Should().NotBeEmpty()
            .And.AllSatisfy(line => line.Should().MatchRegex(Pinned()));
        text.Should().Contain("\npermissions: {}\n");
        Regex.Count(text, "^    timeout-minutes: ", RegexOptions.Multiline).Should().Be(Regex.Count(text, "^    runs-on: ", RegexOptions.Multiline));
    }

    // Or a workflow of the same commit.
    [GeneratedRegex(@"uses: ([\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\.github/workflows/\w+\.yml)$")]
    private static partial Regex Pinned();
}
