using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed.Tests;

/// <summary>What <c>./try</c> and <c>./test</c> say where there is no .NET SDK that <c>global.json</c> takes, and where a build fails.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SdkOfScriptsTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private readonly PlayedCheckout _checkout = new();

    public void Dispose() => _checkout.Dispose();

    public static TheoryData<string> Scripts => ["try", "test"];

    private static string Wanted => (string)JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("global.json")))!["sdk"]!["version"]!;

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Where_no_SDK_fits_the_one_that_is_wanted_and_those_that_are_there_are_said_before_anything_is_built(string script)
    {
        // As dotnet does it where a distribution ships an older feature band.
        await _checkout.PlayAsync("bin/dotnet", """
            case $1 in
              --list-sdks) echo "9.0.111 [/usr/lib/dotnet/sdk]"; echo "10.0.105 [/usr/lib/dotnet/sdk]" ;;
              *) printf 'The command could not be loaded, possibly because:\n  * You intended to execute a .NET SDK command:\n      A compatible .NET SDK was not found.\n' >&2; exit 155 ;;
            esac
            """);
        await SaysAsync(script, $"the .NET SDK {Wanted} or a later 10.0 is needed, and {_checkout.Folder}/bin/dotnet has 9.0.111, 10.0.105: https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Where_dotnet_does_not_run_at_all_it_says_why(string script)
    {
        await _checkout.PlayAsync("bin/dotnet", "echo 'libicu is not there' >&2; exit 134");
        await SaysAsync(script, $"the .NET SDK {Wanted} or a later 10.0 is needed, and 'dotnet --version' fails: libicu is not there");
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_build_that_fails_without_a_word_of_an_error_is_shown_as_a_whole(string script)
    {
        await _checkout.PlayAsync("bin/dotnet", "[ $1 = build ] || exit 0; echo 'first nothing works'; echo 'and then nothing more'; exit 1");
        await _checkout.PlayAsync("dev/control-plane", "pwd");
        (await RunAsync(script)).Should().ContainInOrder("first nothing works", "and then nothing more").And.Contain(line => line.StartsWith($"{script}: the build failed"));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Of_one_that_says_its_errors_these_are_shown(string script)
    {
        await _checkout.PlayAsync("bin/dotnet", "[ $1 = build ] || exit 0; echo 'a.cs: error CS1'; echo 'much else'; exit 1");
        await _checkout.PlayAsync("dev/control-plane", "pwd");
        (await RunAsync(script)).Should().Contain("a.cs: error CS1").And.NotContain("much else").And.Contain(line => line.StartsWith($"{script}: the build failed"));
    }

    private async Task SaysAsync(string script, string why)
    {
        await _checkout.PlayAsync("dev/control-plane", "echo the control plane was built >&2; exit 1");
        (await RunAsync(script)).Should().BeEquivalentTo(script == "test" ? [$"test: {why}", "0 passed, 1 failed, 0 skipped"] : [$"try: {why}"]);
        Directory.EnumerateFileSystemEntries(_checkout.Temporary).Should().BeEmpty();
    }

    private async Task<IReadOnlyList<string>> RunAsync(string script)
    {
        await using var run = ManagedProcess.Start(_checkout.Copy(script), [], _checkout.Environment());
        (await run.WaitForExitAsync(Soon, TestContext.Current.CancellationToken)).Should().Be(1, "it printed {0}", string.Join('\n', run.Output));
        return run.Output;
    }
}
