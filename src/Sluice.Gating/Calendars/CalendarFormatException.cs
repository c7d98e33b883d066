namespace Sluice.Gating.Calendars;

/// <summary>A calendar that cannot be understood. Never leaves this folder: <see cref="EventCalendar.TryParse"/> turns it into a problem.</summary>
/// <param name="line">The line of the text, from 1.</param>
/// <param name="what">What was found there and what is expected.</param>
/// <param name="uid">The event that the line belongs to, where there is one.</param>
internal sealed class CalendarFormatException(int line, string what, string? uid = null)
    : FormatException(uid is null ? $"line {line}: {what}" : $"line {line}, event '{Shorten(uid)}': {what}")
{
    private const int MaxQuoted = 80;

    /// <summary>The same problem, as one of the event with this UID.</summary>
    public CalendarFormatException InEvent(string eventUid) => uid is null ? new(line, what, eventUid) : this;

    /// <summary>A text of the calendar as a message can quote it: in one line, and not too long.</summary>
    public static string Shorten(string text)
    {
        var cut = text.Length > MaxQuoted ? string.Concat(text.AsSpan(0, MaxQuoted), "...") : text;
        return string.Create(cut.Length, cut, static (characters, source) =>
        {
            for (var i = 0; i < characters.Length; i++)
            {
                characters[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }
}
