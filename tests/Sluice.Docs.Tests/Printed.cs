using System.Text.RegularExpressions;

namespace Sluice.Docs.Tests;

/// <summary>Compares what was printed with what a page shows: times, ages, addresses and hashes differ from run to run, and so do the widths of columns.</summary>
internal static partial class Printed
{
    public static bool Agrees(IReadOnlyList<string> shown, IReadOnlyList<string> printed)
    {
        var pattern = string.Join('\n', shown.Select(line => line == "..." ? "(.*\n?)*?" : Regex.Escape(Plain(line)))).Replace("(.*\n?)*?\n", "(.*\n)*?", StringComparison.Ordinal);
        return Regex.IsMatch(string.Join('\n', printed.Select(Plain)), $"^{pattern}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
    }

    private static string Plain(string line)
    {
        line = Instant().Replace(line, "INSTANT");
        line = Hash().Replace(line, "HASH");
        line = ShortHash().Replace(line, "HASH");
        line = Age().Replace(line, "AGE");
        line = Address().Replace(line, "ADDRESS");
        line = Holder().Replace(line, "held by HOLDER");
        return Space().Replace(line, " ").Trim();
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Instant();

    [GeneratedRegex(@"\b[0-9a-f]{40,64}\b")]
    private static partial Regex Hash();

    [GeneratedRegex("(?<=sha1:|sha256:)[0-9a-f]{7,12}\\b")]
    private static partial Regex ShortHash();

    [GeneratedRegex(@"\b(\d+(\.\d+)?(ms|s|m|h|d|y))+\b")]
    private static partial Regex Age();

    [GeneratedRegex(@"https://\d[\d.:]+/")]
    private static partial Regex Address();

    [GeneratedRegex("held by '[^']+'")]
    private static partial Regex Holder();

    [GeneratedRegex(@" +")]
    private static partial Regex Space();
}
