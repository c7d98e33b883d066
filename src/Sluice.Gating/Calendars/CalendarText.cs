using System.Text;

namespace Sluice.Gating.Calendars;

/// <summary>Text values (RFC 5545, section 3.3.11).</summary>
internal static class CalendarText
{
    /// <summary>The text that is meant: <c>\n</c> is a line break, <c>\,</c> a comma, <c>\;</c> a semicolon, <c>\\</c> a backslash.</summary>
    public static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is 'n' or 'N' or '\\' or ';' or ',')
            {
                i++;
                text.Append(value[i] is 'n' or 'N' ? '\n' : value[i]);
            }
            else
            {
                text.Append(value[i]);
            }
        }

        return text.ToString();
    }
}
