using System.Text.Json.Nodes;

namespace Sluice.Cli.Tests.Programs;

/// <summary>How the program ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>Its output as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Output)!;

    /// <summary>Its output by lines, columns separated by one space each: the widths depend on ages.</summary>
    public IReadOnlyList<string> Rows =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    /// <summary>Fails unless it ended well.</summary>
    public ProgramResult Succeeded()
    {
        ExitCode.Should().Be(0, "standard error says: {0}, and standard output: {1}", Error, Output);
        return this;
    }

    /// <summary>Fails unless it ended with this exit code and nothing on standard output.</summary>
    public ProgramResult FailedWith(int exitCode)
    {
        ExitCode.Should().Be(exitCode, "standard error says: {0}, and standard output: {1}", Error, Output);
        Output.Should().BeEmpty("an error is no result");
        return this;
    }
}
