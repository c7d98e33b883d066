using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Gating.Time;

namespace Sluice.Cli.Auditing;

/// <summary>
/// Lines of an audit log as CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it: an auditor opens this file,
/// and anybody may have written a reason.
/// </summary>
internal static partial class AuditCsv
{
    private static readonly string[] Columns = ["seq", "at", "decision", "kind", "namespace", "name", "uid", "revision", "digest", "specDigest", "gates", "approvals", "by", "reason", "message", "overtakes", "previous", "hash"];

    private static readonly SearchValues<char> Special = SearchValues.Create("\",;\t\r\n");

    /// <summary>The first row.</summary>
    public static string Header { get; } = string.Join(',', Columns) + "\r\n";

    /// <summary>Whether a line was decided from <paramref name="since"/> until before <paramref name="until"/>, about <paramref name="about"/>.</summary>
    public static bool IsWanted(JsonElement line, DateTimeOffset since, DateTimeOffset until, string? about)
    {
        if (!Rfc3339.TryParse(Text(line, "at"), out var at) || at < since || at >= until)
            return false;
        return about is null || string.Equals(about, $"{Of(line, "kind")}/{Of(line, "namespace")}/{Of(line, "name")}", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>One row.</summary>
    public static string Row(JsonElement line) => string.Join(',', Columns.Select(column => Field(Of(line, column)))) + "\r\n";

    /// <summary>One field: quoted, and never a formula.</summary>
    public static string Field(string text)
    {
        var safe = text.TrimStart() is ['=' or '+' or '-' or '@', ..] || text is ['\t' or '\r' or '\n', ..] ? "'" + text : text;
        // Where a comma is the decimal sign, spreadsheets take a semicolon for the end of a field, and a quote inside of one for nothing.
        safe = AfterSeparator().Replace(safe, "$1'");
        return safe.AsSpan().IndexOfAny(Special) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    [GeneratedRegex(@"([;\t]\s*)(?=[=+\-@])")]
    private static partial Regex AfterSeparator();

    private static string Of(JsonElement line, string column) => column switch
    {
        "kind" or "namespace" or "name" or "uid" => line.TryGetProperty("object", out var about) ? Text(about, column) : "",
        "gates" => Join(line, column, entry => Parts(entry, "name", "state", "reason")),
        "approvals" => Join(line, column, entry => $"{Parts(entry, "gate", "approver", "decision", "name", "at")}{Named(entry, "signedBy")}{Named(entry, "reason")}"),
        _ => Text(line, column),
    };

    private static string Join(JsonElement line, string member, Func<JsonElement, string> write) =>
        !line.TryGetProperty(member, out var list) ? "" : string.Join("; ", list.EnumerateArray().Select(write));

    private static string Parts(JsonElement entry, params string[] parts) => string.Join(' ', parts.Select(part => Text(entry, part)).Where(text => text.Length > 0));

    // What people write is between quotes, as JSON has it, and without what parts the entries: nobody adds a vote to another's by words.
    private static string Named(JsonElement entry, string part) =>
        !entry.TryGetProperty(part, out var value) ? "" : $" {part}={value.GetRawText().Replace(";", "\\u003b", StringComparison.Ordinal)}";

    private static string Text(JsonElement line, string member) => !line.TryGetProperty(member, out var value) ? ""
        : value.ValueKind == JsonValueKind.Number ? value.GetInt64().ToString(CultureInfo.InvariantCulture) : value.GetString() ?? "";
}
