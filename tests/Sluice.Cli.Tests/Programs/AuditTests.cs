using System.Text;
using System.Text.Json.Nodes;
using Sluice.Api.Audit;
using Sluice.Cli.Auditing;

namespace Sluice.Cli.Tests.Programs;

/// <summary>What an auditor does with a log, without any cluster.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-audit-");
    private readonly SluiceProgram _sluice = new("/nonexistent/kubeconfig");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_whole_log_verifies_also_in_several_files_and_its_head_is_what_is_expected()
    {
        var lines = Lines(5);
        var (one, two) = (Save("one", lines[..2]), Save("two", lines[2..]));
        var whole = await _sluice.RunAsync("audit verify {0} {1}", one, two);
        (whole.ExitCode, whole.Error).Should().Be((0, ""));
        whole.Output.Should().StartWith("whole: 5 lines, the last is 5 with hash ");
        var head = (await _sluice.RunAsync("audit verify --head {0} {1}", one, two)).Output.Trim();
        (await _sluice.RunAsync("audit verify {0} {1} --expect {2}", one, two, head)).ExitCode.Should().Be(0);
        var cut = await _sluice.RunAsync("audit verify {0} --expect {1}", one, head);
        cut.ExitCode.Should().Be(1);
        cut.Error.Should().Contain("lines are missing at the end");
    }

    [Theory]
    [InlineData("changed", "log:3: the line was changed")]
    [InlineData("removed", "log:3: expected line 3")]
    [InlineData("swapped", "log:3: expected line 3")]
    [InlineData("beheaded", "log:1: expected line 1")]
    public async Task A_log_that_is_not_whole_is_not_exported_and_the_line_is_named(string how, string expected)
    {
        var lines = Lines(5);
        switch (how)
        {
            case "changed": lines[2] = lines[2].Replace("app-2", "app-9", StringComparison.Ordinal); break;
            case "removed": lines.RemoveAt(2); break;
            case "swapped": (lines[2], lines[3]) = (lines[3], lines[2]); break;
            default: lines.RemoveAt(0); break;
        }

        var log = Save("log", lines);
        foreach (var command in new[] { "verify", "export" })
        {
            var result = await _sluice.RunAsync($"audit {command} {{0}}", log);
            (result.ExitCode, result.Output).Should().Be((1, ""));
            result.Error.Should().Contain(expected);
        }
    }

    [Fact]
    public async Task A_line_that_was_moved_to_another_file_is_found()
    {
        var lines = Lines(5);
        var result = await _sluice.RunAsync("audit verify {0} {1}", Save("one", [lines[0], lines[1], lines[3]]), Save("two", [lines[2], lines[4]]));
        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("one:3: expected line 3");
    }

    [Fact]
    public async Task The_export_has_what_was_asked_for_as_csv_and_as_json()
    {
        var log = Save("log", Lines(5));
        var csv = await _sluice.RunAsync("audit export {0} --since 1970-01-02 --until 1970-01-04", log);
        csv.Output.Split("\r\n").Should().HaveCount(4).And.Subject.ElementAt(1).Should().StartWith("2,1970-01-02T00:00:00Z,Released,Kustomization,team-a,app-1,");
        var json = await _sluice.RunAsync("audit export {0} --format json --object kustomization/team-a/app-3", log);
        JsonNode.Parse(json.Output)!.AsArray().Should().ContainSingle().Which!["seq"]!.GetValue<int>().Should().Be(4);
    }

    [Theory]
    [InlineData("=HYPERLINK(1)", "'=HYPERLINK(1)")]
    [InlineData(" @SUM(A1)", "' @SUM(A1)")]
    [InlineData("-1,\"2\"", "\"'-1,\"\"2\"\"\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("x;=cmd|' /C calc'!A0", "\"x;'=cmd|' /C calc'!A0\"")]
    [InlineData("x\t=1", "\"x\t'=1\"")]
    [InlineData("plain", "plain")]
    public void A_field_is_quoted_as_RFC_4180_says_and_never_a_formula(string text, string field) => AuditCsv.Field(text).Should().Be(field);

    private string Save(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
        return path;
    }

    private static List<string> Lines(int count)
    {
        var lines = new List<string>();
        for (var i = 0; i < count; i++)
        {
            lines.Add(Encoding.ASCII.GetString(AuditLine.Write(
                new() { At = DateTimeOffset.UnixEpoch.AddDays(i), Decision = "Released", Object = new("Kustomization", "team-a", $"app-{i}", "uid") },
                i + 1, i == 0 ? AuditChain.Genesis : lines[^1][^66..^2])));
        }

        return lines;
    }
}
