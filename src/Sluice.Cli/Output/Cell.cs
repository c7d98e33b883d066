namespace Sluice.Cli.Output;

/// <summary>One cell of a table.</summary>
/// <param name="Text">What stands in it, on one line.</param>
/// <param name="Tone">How a terminal shows it.</param>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string? text) => new(Printable.Line(text));
}
