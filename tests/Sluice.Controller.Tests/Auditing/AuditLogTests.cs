using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Api.Audit;
using Sluice.Controller.Auditing;
using Sluice.Controller.Metrics;
using Sluice.Controller.Tests.Metrics;

namespace Sluice.Controller.Tests.Auditing;

/// <summary>The file that decisions are written to, on a real disk.</summary>
public sealed class AuditLogTests : IDisposable
{
    private static readonly AuditObject App = new("Kustomization", "team-a", "app", "1");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-audit-");

    private readonly PrometheusExposition _exposition = new(SluiceMetrics.MeterName);
    private readonly SluiceMetrics _metrics;

    public AuditLogTests() => _metrics = new(_exposition);

    private string FilePath => Path.Combine(_folder.FullName, "audit.jsonl");

    public void Dispose()
    {
        _metrics.Dispose();
        _exposition.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_log_goes_on_where_it_ended()
    {
        Write("one");
        Write("two");
        Whole(FilePath).Count.Should().Be(4, "each opening is a line, too");
    }

    [Fact]
    public void A_write_that_was_cut_off_at_any_byte_is_closed_off_by_the_next_start_and_stays_in_the_file()
    {
        Write("one");
        Write("two");
        var whole = File.ReadAllBytes(FilePath);
        var before = whole.AsSpan(..^1).LastIndexOf((byte)'\n') + 1;
        for (var cut = before + 1; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(FilePath, whole[..cut]);
            Write("three");
            var chain = Whole(FilePath);
            chain.TornCount.Should().Be(cut < whole.Length - 1 ? 1 : 0, "a line that lacks nothing but its line break is whole");
            File.ReadAllBytes(FilePath).Should().StartWith(whole[..cut], "nothing that was written is taken away");
        }
    }

    [Fact]
    public void A_second_cut_while_the_first_is_closed_off_is_accounted_for_as_well()
    {
        Write("one");
        File.AppendAllText(FilePath, "{\"seq\":3,\"at\":\n{\"seq\":3,");
        Write("two");
        Whole(FilePath).TornCount.Should().Be(1);
        File.AppendAllText(FilePath, "{\"seq\"\n");
        Write("three");
        Whole(FilePath).TornCount.Should().Be(2);
    }

    [Fact]
    public void Two_processes_cannot_write_one_log()
    {
        using var first = Open();
        first.Start();
        using var second = Open();
        var start = second.Start;
        start.Should().Throw<AuditException>().WithMessage("*is written by another process*");
        first.Deciding(Record("one"), letsPass: true);
        Whole(FilePath).Count.Should().Be(2);
    }

    [Fact]
    public void A_broken_chain_is_not_added_to()
    {
        Write("one");
        Write("two");
        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace("\"one\"", "\"eno\"", StringComparison.Ordinal));
        var start = () => Write("three");
        start.Should().Throw<AuditException>().WithMessage("*audit.jsonl:2: the line was changed*move it away*");
    }

    [Fact]
    public void A_file_that_was_rotated_away_is_gone_on_from()
    {
        Write("one");
        File.Move(FilePath, FilePath + ".1");
        Write("two");
        var chain = new AuditChain(AuditChain.Genesis);
        AuditFile.AddTo(chain, FilePath + ".1").Should().BeNull();
        AuditFile.AddTo(chain, FilePath).Should().BeNull();
        (chain.Count, chain.End()).Should().Be((4, null));
        AuditFile.AddTo(new(AuditChain.Genesis), FilePath).Should().NotBeNull("by itself it is a log whose beginning is missing");
    }

    [Fact]
    public void What_lets_something_pass_is_refused_while_it_cannot_be_written_and_what_holds_is_written_later()
    {
        // The volume is not there.
        var folder = Path.Combine(_folder.FullName, "volume");
        var path = Path.Combine(folder, "audit.jsonl");
        using var log = Open(path);
        var release = () => log.Deciding(Record("one"), letsPass: true);
        release.Should().Throw<AuditException>().WithMessage("*is not carried out*");
        log.Problem.Should().Contain("nothing is released");
        log.Deciding(Record("two"), letsPass: false);
        log.Done(App);
        log.Deciding(Record("three"), letsPass: false);
        log.Done(App);
        log.WriteOwed();
        log.Problem.Should().NotBeNull();
        Directory.CreateDirectory(folder);
        log.WriteOwed();
        log.Problem.Should().BeNull();
        log.Deciding(Record("one"), letsPass: true);
        Whole(path);
        File.ReadAllLines(path).Select(line => line.Split("\"message\":\"")).Where(parts => parts.Length > 1).Select(parts => parts[1].Split('"')[0])
            .Should().Equal("two", "three", "one");
    }

    [Fact]
    public void A_decision_that_is_tried_again_is_written_once_and_the_same_one_later_again()
    {
        using var log = Open();
        log.Start();
        log.Deciding(Record("one"), letsPass: true);
        log.Deciding(Record("one"), letsPass: true);
        Whole(FilePath).Count.Should().Be(2);
        log.Done(App);
        log.Deciding(Record("one"), letsPass: true);
        Whole(FilePath).Count.Should().Be(3);
    }

    [Fact]
    public void A_decision_that_is_made_instead_of_one_that_was_not_carried_out_says_which_one_it_overtakes()
    {
        using (var log = Open())
        {
            log.Start();
            log.Deciding(Record("one"), letsPass: true);
            log.Deciding(Record("two") with { Decision = "Held" }, letsPass: false);
            log.Done(App);
            log.Deciding(Record("three"), letsPass: true);
        }

        Whole(FilePath);
        File.ReadAllLines(FilePath)[1..].Select(line => (string?)JsonNode.Parse(line)!["overtakes"]).Should().Equal(null, "Released", null);
    }

    [Fact]
    public void What_is_decided_at_once_about_one_object_is_written_at_once_and_what_is_left_out_at_the_next_try_is_overtaken()
    {
        using (var log = Open())
        {
            log.Start();
            AuditRecord refused = Record("no") with { Decision = "RollbackRefused" }, waits = Record("one") with { Decision = "CandidateWaiting" };
            log.Deciding([refused, waits], letsPass: false);
            log.Deciding([refused, waits], letsPass: false);
            log.Deciding([waits], letsPass: false);
            log.Deciding([waits], letsPass: false);
            log.Done(App);
            log.Deciding([Record("two")], letsPass: true);
        }

        Whole(FilePath);
        File.ReadAllLines(FilePath)[1..].Select(line => JsonNode.Parse(line)!).Select(line => ((string?)line["decision"], (string?)line["overtakes"])).Should().Equal(
            ("RollbackRefused", null), ("CandidateWaiting", null), ("CandidateWaiting", "RollbackRefused"), ("Released", null));
    }

    [Fact]
    public async Task A_line_that_was_owed_is_counted_when_it_is_written()
    {
        var folder = Path.Combine(_folder.FullName, "volume");
        using var log = Open(Path.Combine(folder, "audit.jsonl"));
        log.Deciding(Record("one") with { Decision = "Held" }, letsPass: false);
        (await _exposition.TextAsync()).Should().NotContain("decision=\"Held\"");
        Directory.CreateDirectory(folder);
        log.WriteOwed();
        log.WriteOwed();
        (await _exposition.TextAsync()).Should().MatchRegex("sluice_audit_records_total.*decision=\"Held\".* 1\n");
    }

    [Fact]
    public void A_log_that_is_closed_lets_nothing_pass_and_is_not_in_trouble()
    {
        var log = Open();
        log.Start();
        log.Dispose();
        log.Deciding(Record("one"), letsPass: false);
        var release = () => log.Deciding(Record("two"), letsPass: true);
        release.Should().Throw<AuditException>();
        log.Problem.Should().BeNull();
        Whole(FilePath).Count.Should().Be(1);
    }

    [Fact]
    public void Decisions_of_many_workers_at_once_are_all_in_it_in_one_chain()
    {
        using (var log = Open())
        {
            log.Start();
            Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => log.Deciding(Record($"m{i}") with { Object = App with { Name = $"app-{i}" } }, letsPass: true));
        }

        Whole(FilePath).Count.Should().Be(201);
        var text = File.ReadAllText(FilePath);
        Enumerable.Range(0, 200).Should().OnlyContain(i => text.Contains($"\"message\":\"m{i}\"", StringComparison.Ordinal));
    }

    private void Write(string message)
    {
        using var log = Open();
        log.Start();
        log.Deciding(Record(message), letsPass: true);
    }

    private AuditLog Open(string? path = null) => new(path ?? FilePath, "test", _metrics, TimeProvider.System, NullLogger<AuditLog>.Instance);

    private static AuditRecord Record(string message) => new() { At = DateTimeOffset.UnixEpoch, Decision = "Released", Object = App, Message = message };

    private static AuditChain Whole(string path)
    {
        var chain = new AuditChain(AuditChain.Genesis);
        AuditFile.AddTo(chain, path).Should().BeNull();
        chain.End().Should().BeNull();
        return chain;
    }
}
