using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Gating.Time;

namespace Sluice.Api.Audit;

/// <summary>
/// One line of an audit log: a JSON object whose last members are <c>previous</c>, the hash of the line before, and <c>hash</c>, the SHA-256 of
/// all bytes of the line before <c>,"hash":"</c>. What is hashed is bytes and no reading of them, so a shell can do it, too.
/// </summary>
public sealed record AuditLine
{
    private const int HexLength = SHA256.HashSizeInBytes * 2;

    private static readonly int SuffixLength = HashMember.Length + HexLength + 2;

    private static ReadOnlySpan<byte> HashMember => ",\"hash\":\""u8;

    /// <summary>The number of the line in its chain, from 1.</summary>
    public required long Seq { get; init; }

    /// <summary>The hash of the line before; <see cref="AuditChain.Genesis"/> for the first.</summary>
    public required string Previous { get; init; }

    /// <summary>The hash of the line.</summary>
    public required string Hash { get; init; }

    /// <summary>What a write that was cut off has left before it.</summary>
    public TornBytes? Torn { get; init; }

    /// <summary>The bytes of a line, without a line break. ASCII alone, and the same for the same record.</summary>
    public static byte[] Write(AuditRecord record, long seq, string previous)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", seq);
            json.WriteString("at", Rfc3339.Format(record.At));
            json.WriteString("decision", record.Decision);
            WriteObject(json, record.Object);
            WriteUnlessNull(json, "revision", record.Revision);
            WriteUnlessNull(json, "digest", record.Digest);
            WriteUnlessNull(json, "specDigest", record.SpecDigest);
            WriteGates(json, record.Gates);
            WriteApprovals(json, record.Approvals);
            WriteUnlessNull(json, "by", record.By);
            WriteUnlessNull(json, "reason", record.Reason);
            WriteUnlessNull(json, "message", record.Message);
            WriteUnlessNull(json, "overtakes", record.Overtakes);
            if (record.Torn is { } torn)
            {
                json.WriteStartObject("torn");
                json.WriteNumber("bytes", torn.Bytes);
                json.WriteString("sha256", torn.Sha256);
                json.WriteEndObject();
            }

            json.WriteString("previous", previous);
            json.WriteEndObject();
        }

        // Without the closing brace, which comes after the hash.
        var hashed = buffer.WrittenSpan[..^1];
        return [.. hashed, .. HashMember, .. Encoding.ASCII.GetBytes(HashOf(hashed)), .. "\"}"u8];
    }

    /// <summary>Reads the bytes of a line, without its line break.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="line">What the chain needs of it; null when it is not whole.</param>
    /// <param name="problem">What was expected and what was found; empty when it is whole.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AuditLine? line, out string problem)
    {
        line = null;
        if (bytes.Length <= SuffixLength || bytes[0] != '{' || !bytes[^2..].SequenceEqual("\"}"u8) || !bytes[^SuffixLength..].StartsWith(HashMember))
        {
            problem = "expected a JSON object that ends with its hash, found "
                + (bytes.IsEmpty ? "an empty line" : $"'{Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 60)])}' ({bytes.Length.ToString(CultureInfo.InvariantCulture)} bytes)");
            return false;
        }

        var found = Encoding.ASCII.GetString(bytes[^(HexLength + 2)..^2]);
        var expected = HashOf(bytes[..^SuffixLength]);
        if (found != expected)
        {
            problem = $"the line was changed: its bytes have the hash {expected}, and it says {found}";
            return false;
        }

        try
        {
            line = Parse(bytes, expected);
            problem = "";
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            problem = $"the line is not one of an audit log: {e.Message}";
            return false;
        }
    }

    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static AuditLine Parse(ReadOnlySpan<byte> bytes, string hash)
    {
        using var json = JsonDocument.Parse(bytes.ToArray());
        var root = json.RootElement;
        return new()
        {
            Seq = root.GetProperty("seq").GetInt64(),
            Previous = root.GetProperty("previous").GetString() ?? throw new FormatException("previous is null"),
            Hash = hash,
            Torn = root.TryGetProperty("torn", out var torn) ? new(torn.GetProperty("bytes").GetInt64(), torn.GetProperty("sha256").GetString() ?? "") : null,
        };
    }

    private static void WriteObject(Utf8JsonWriter json, AuditObject? about)
    {
        if (about is not null)
        {
            json.WriteStartObject("object");
            json.WriteString("kind", about.Kind);
            json.WriteString("namespace", about.Namespace);
            json.WriteString("name", about.Name);
            json.WriteString("uid", about.Uid);
            json.WriteEndObject();
        }
    }

    private static void WriteGates(Utf8JsonWriter json, IReadOnlyList<AuditGate> gates)
    {
        json.WriteStartArray("gates");
        foreach (var gate in gates)
        {
            json.WriteStartObject();
            json.WriteString("name", gate.Name);
            json.WriteString("state", gate.State);
            json.WriteString("reason", gate.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteApprovals(Utf8JsonWriter json, IReadOnlyList<AuditApproval> approvals)
    {
        json.WriteStartArray("approvals");
        foreach (var approval in approvals)
        {
            json.WriteStartObject();
            json.WriteString("gate", approval.Gate);
            json.WriteString("approver", approval.Approver);
            json.WriteString("decision", approval.Decision);
            json.WriteString("name", approval.Name);
            json.WriteString("at", Rfc3339.Format(approval.At));
            WriteUnlessNull(json, "reason", approval.Reason);
            WriteUnlessNull(json, "signedBy", approval.SignedBy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteUnlessNull(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
