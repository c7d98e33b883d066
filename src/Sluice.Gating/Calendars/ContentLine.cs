using System.Collections.Immutable;

namespace Sluice.Gating.Calendars;

/// <summary>One property of a calendar, unfolded: <c>name;parameter=value:value</c> (RFC 5545, section 3.1).</summary>
/// <param name="Line">Where it begins in the text, from 1.</param>
/// <param name="Name">The property's name, in upper case.</param>
/// <param name="Parameters">The parameters in order; names in upper case, values without quotes.</param>
/// <param name="Value">What stands after the colon, as it stands.</param>
internal sealed record ContentLine(int Line, string Name, ImmutableArray<KeyValuePair<string, string>> Parameters, string Value)
{
    /// <summary>The value of a parameter, or <see langword="null"/>.</summary>
    public string? Parameter(string name)
    {
        foreach (var (key, value) in Parameters)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A problem with this property.</summary>
    public CalendarFormatException Problem(string what) => new(Line, $"{Name}: {what}");

    /// <summary>A problem with this property, or with a part of its value.</summary>
    public CalendarFormatException NotA(string expected, string found) => Problem($"'{CalendarFormatException.Shorten(found)}' is not {expected}");
}
