using Sluice.Cli.Output;

namespace Sluice.Cli.Scheduling;

/// <summary>A label and a text of any length, broken between words, the further lines indented below the text.</summary>
internal static class WrappedText
{
    /// <summary>Prints it.</summary>
    /// <param name="terminal">Where to, and how wide.</param>
    /// <param name="label">The label.</param>
    /// <param name="indent">The column at which the text begins.</param>
    /// <param name="lead">The first words, which may have a tone of their own.</param>
    /// <param name="text">The rest; from the cluster, or from a person.</param>
    public static void Print(Terminal terminal, string label, int indent, Cell lead, string text = "")
    {
        var line = new TextLine().Add(label, Tone.Dim).PadTo(indent).Add(lead.Text, lead.Tone);
        foreach (var word in Printable.Line(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + 1 + word.Length > terminal.Width && line.Length > indent)
            {
                line.Print(terminal);
                line = new TextLine().PadTo(indent).Add(word);
            }
            else
            {
                line.Add(line.Length > indent ? " " + word : word);
            }
        }

        line.Print(terminal);
    }
}
