using Sluice.TestBed;

namespace Sluice.Docs.Tests;

/// <summary>Every page of <c>docs/how-to</c> is done as written. With <c>SLUICE_DOCS_WRITE=1</c> pages get what their commands print now.</summary>
public sealed class HowToTests
{
    public static TheoryData<string> Pages => [.. Page.Names.Where(name => name != "README.md")];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task What_a_page_says_is_what_happens(string name)
    {
        var page = Page.Read(name);
        var tools = page.Steps().Any(step => step.Text.Contains("cosign ", StringComparison.Ordinal)) ? [Path.GetDirectoryName(await DistributionTool.OrSkipAsync(() => DistributionTool.PathAsync("cosign"), Assert.Skip))!] : Array.Empty<string>();
        await using var reader = await Reader.StartAsync(tools);
        foreach (var step in Page.Read("README.md").Steps())
        {
            await reader.DoAsync(step);
        }

        var run = new List<(Step Step, IReadOnlyList<string> Printed)>();
        foreach (var step in page.Steps())
        {
            run.Add((step, await reader.DoAsync(step)));
        }

        if (Environment.GetEnvironmentVariable("SLUICE_DOCS_WRITE") == "1")
        {
            page.Write(run);
            return;
        }

        run.Where(done => done.Step.File is null).Should().NotBeEmpty();
        foreach (var (step, printed) in run.Where(done => done.Step.File is null))
        {
            Printed.Agrees(step.Output, printed).Should().BeTrue($"line {step.Line} of {name} says that '{step.Text}' prints\n{string.Join('\n', step.Output)}\nand it printed\n{string.Join('\n', printed)}\n");
        }
    }
}
