using System.Diagnostics;
using System.Text;
using CsCheck;
using Sluice.Api.Audit;

namespace Sluice.Api.Tests.Audit;

/// <summary>What an auditor can rely on: nothing can be taken out of a log, changed or moved in it without being found.</summary>
public sealed class AuditChainTests
{
    private static readonly Gen<AuditRecord> Records =
        from at in Gen.Long[0, 4_000_000_000]
        from message in Gen.String
        from who in Gen.String.Null()
        from gates in Gen.Select(Gen.String, Gen.String).Array[0, 3]
        select new AuditRecord
        {
            At = DateTimeOffset.FromUnixTimeSeconds(at),
            Decision = "Released",
            Object = new("Kustomization", "team-a", "app", "uid"),
            Gates = [.. gates.Select(gate => new AuditGate(gate.Item1, "opened", gate.Item2))],
            By = who,
            Message = message,
        };

    [Fact]
    public void A_log_as_it_was_written_is_whole_and_ends_with_the_hash_of_its_last_line() => Records.Array[1, 20].Sample(records =>
    {
        var lines = Write(records);
        var chain = new AuditChain(AuditChain.Genesis);
        Follow(chain, lines).Should().BeNull();
        chain.Count.Should().Be(records.Length);
        Encoding.ASCII.GetString(lines[^1]).Should().EndWith($"\"hash\":\"{chain.Head}\"}}");
    });

    [Fact]
    public void A_line_that_is_removed_is_found_unless_it_was_the_last() => Gen.Select(Records.Array[2, 20], Gen.Int[0, 1000]).Sample((records, which) =>
    {
        var lines = Write(records);
        lines.RemoveAt(which % (lines.Count - 1));
        Follow(new(AuditChain.Genesis), lines).Should().NotBeNull();
    });

    [Fact]
    public void Lines_at_the_end_that_are_removed_are_found_by_the_hash_that_was_noted_elsewhere() => Records.Array[2, 20].Sample(records =>
    {
        var (lines, whole, cut) = (Write(records), new AuditChain(AuditChain.Genesis), new AuditChain(AuditChain.Genesis));
        Follow(whole, lines).Should().BeNull();
        Follow(cut, lines[..^1]).Should().BeNull("a file alone cannot tell it");
        cut.Head.Should().NotBe(whole.Head);
    });

    [Fact]
    public void A_byte_that_is_changed_anywhere_is_found() => Gen.Select(Records.Array[1, 8], Gen.Int[0, 1_000_000], Gen.Int[1, 255]).Sample((records, which, change) =>
    {
        var lines = Write(records);
        var line = lines[which % lines.Count];
        line[which / lines.Count % line.Length] ^= (byte)change;
        Follow(new(AuditChain.Genesis), lines).Should().NotBeNull();
    });

    [Fact]
    public void Two_lines_that_change_places_are_found() => Gen.Select(Records.Array[2, 20], Gen.Int[0, 1000], Gen.Int[1, 1000]).Sample((records, first, distance) =>
    {
        var lines = Write(records);
        var one = first % lines.Count;
        var other = (one + 1 + distance % (lines.Count - 1)) % lines.Count;
        (lines[one], lines[other]) = (lines[other], lines[one]);
        Follow(new(AuditChain.Genesis), lines).Should().NotBeNull();
    });

    [Fact]
    public void A_line_that_is_inserted_is_found_whether_it_is_a_copy_or_made_up() => Gen.Select(Records.Array[2, 20], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Bool).Sample((records, which, where, isCopy) =>
    {
        var lines = Write(records);
        // At the end a line that is made up for it is what a controller could have written: only its head tells, as for lines that are missing.
        var place = where % lines.Count;
        lines.Insert(place, isCopy ? lines[which % lines.Count] : AuditLine.Write(records[0] with { Message = "made up" }, place + 1, place == 0 ? AuditChain.Genesis : HashIn(lines[place - 1])));
        Follow(new(AuditChain.Genesis), lines).Should().NotBeNull();
    });

    [Fact]
    public void A_write_that_was_cut_off_anywhere_is_no_break_where_the_next_line_accounts_for_its_bytes_and_one_where_it_does_not() =>
        Gen.Select(Records.Array[2, 8], Gen.Int[1, 100_000]).Sample((records, cut) =>
    {
        var lines = Write(records[..^1]);
        var head = HashIn(lines[^1]);
        var whole = AuditLine.Write(records[^1], lines.Count + 1, head);
        var torn = whole[..(cut % (whole.Length - 1) + 1)];
        var closing = records[^1] with { Torn = new(torn.Length, AuditLine.HashOf(torn)) };
        var seq = lines.Count + 1;
        lines.AddRange([torn, AuditLine.Write(closing, seq, head)]);
        var chain = new AuditChain(AuditChain.Genesis);
        Follow(chain, lines).Should().BeNull();
        chain.TornCount.Should().Be(1);

        lines[^1] = AuditLine.Write(records[^1], seq, head);
        Follow(new(AuditChain.Genesis), lines).Should().NotBeNull("bytes that nothing accounts for may be a line that was changed");
        lines[^1] = AuditLine.Write(closing with { Torn = closing.Torn with { Bytes = torn.Length + 1 } }, seq, head);
        Follow(new(AuditChain.Genesis), lines).Should().NotBeNull("they are others than it accounts for");
        lines.RemoveAt(lines.Count - 1);
        Follow(new(AuditChain.Genesis), lines).Should().NotBeNull("nothing accounts for them yet");
    });

    [Fact]
    public async Task A_shell_comes_to_the_same_hash()
    {
        var line = AuditLine.Write(new() { At = DateTimeOffset.UnixEpoch, Decision = "Released", Message = "with \"quotes\", ümläute and\na line break,\"hash\":\"" }, 1, AuditChain.Genesis);
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", """sed 's/,"hash":"[0-9a-f]*"}$//' | tr -d '\n' | sha256sum | cut -c1-64"""])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await shell.StandardInput.BaseStream.WriteAsync(line, TestContext.Current.CancellationToken);
        shell.StandardInput.Close();
        (await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim().Should().Be(HashIn(line));
    }

    private static List<byte[]> Write(IEnumerable<AuditRecord> records)
    {
        var lines = new List<byte[]>();
        foreach (var record in records)
        {
            lines.Add(AuditLine.Write(record, lines.Count + 1, lines.Count == 0 ? AuditChain.Genesis : HashIn(lines[^1])));
        }

        return lines;
    }

    private static string HashIn(byte[] line) => Encoding.ASCII.GetString(line)[^66..^2];

    private static AuditBreak? Follow(AuditChain chain, IEnumerable<byte[]> lines)
    {
        foreach (var (number, line) in lines.Index())
        {
            if (chain.Add(new("log", number + 1), line, out _) is { } found)
            {
                return found;
            }
        }

        return chain.End();
    }
}
