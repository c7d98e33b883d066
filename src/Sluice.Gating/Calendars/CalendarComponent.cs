namespace Sluice.Gating.Calendars;

/// <summary>What stands between a <c>BEGIN</c> and its <c>END</c> (RFC 5545, section 3.6).</summary>
/// <param name="Line">The line of the <c>BEGIN</c>.</param>
/// <param name="Name">The component's name, in upper case.</param>
internal sealed record CalendarComponent(int Line, string Name)
{
    /// <summary>The properties, in order.</summary>
    public List<ContentLine> Properties { get; } = [];

    /// <summary>The components inside it, in order.</summary>
    public List<CalendarComponent> Components { get; } = [];

    /// <summary>The only property of this name, or <see langword="null"/>.</summary>
    /// <exception cref="CalendarFormatException">There is more than one.</exception>
    public ContentLine? Optional(string name)
    {
        ContentLine? found = null;
        foreach (var property in Properties)
        {
            if (property.Name == name)
            {
                found = found is null ? property : throw property.Problem($"given a second time in the same {Name}; once is expected");
            }
        }

        return found;
    }

    /// <summary>The only property of this name.</summary>
    /// <exception cref="CalendarFormatException">There is none, or more than one.</exception>
    public ContentLine Required(string name) => Optional(name) ?? throw new CalendarFormatException(Line, $"{Name} has no {name}");

    /// <summary>The properties of this name, in order.</summary>
    public IEnumerable<ContentLine> All(string name) => Properties.Where(property => property.Name == name);

    /// <summary>Reads the components of a text: one or more <c>VCALENDAR</c>, and nothing around them.</summary>
    /// <exception cref="CalendarFormatException">A line is no property, or a component does not end where it should.</exception>
    public static List<CalendarComponent> ReadAll(string text)
    {
        var calendars = new List<CalendarComponent>();
        var open = new Stack<CalendarComponent>();
        var last = 0;
        foreach (var line in ContentLineReader.Read(text))
        {
            last = line.Line;
            if (line.Name == "BEGIN")
            {
                Begin(new(line.Line, line.Value.Trim().ToUpperInvariant()));
            }
            else if (!open.TryPeek(out var component))
            {
                throw new CalendarFormatException(line.Line, $"'{line.Name}' outside of a calendar; expected BEGIN:VCALENDAR{(calendars.Count > 0 ? " or the end of the text" : "")}");
            }
            else if (line.Name != "END")
            {
                component.Properties.Add(line);
            }
            else if (line.Value.Trim().Equals(component.Name, StringComparison.OrdinalIgnoreCase))
            {
                open.Pop();
            }
            else
            {
                throw line.Problem($"'{CalendarFormatException.Shorten(line.Value)}', but the {component.Name} of line {component.Line} is still open; expected END:{component.Name}");
            }
        }

        return open.TryPeek(out var unclosed)
            ? throw new CalendarFormatException(last, $"the text ends inside the {unclosed.Name} of line {unclosed.Line}; expected END:{unclosed.Name}")
            : calendars.Count > 0 ? calendars : throw new CalendarFormatException(1, "the text holds no calendar; expected BEGIN:VCALENDAR");

        void Begin(CalendarComponent component)
        {
            if (open.TryPeek(out var parent))
            {
                parent.Components.Add(component);
            }
            else if (component.Name == "VCALENDAR")
            {
                calendars.Add(component);
            }
            else
            {
                throw new CalendarFormatException(component.Line, $"'BEGIN:{CalendarFormatException.Shorten(component.Name)}' outside of a calendar; expected BEGIN:VCALENDAR");
            }

            open.Push(component);
        }
    }
}
