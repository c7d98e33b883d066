namespace Sluice.Cli.Output;

/// <summary>A line of pieces in several tones, printed without blanks at its end.</summary>
internal sealed class TextLine
{
    private readonly List<(string Text, Tone Tone)> _pieces = [];

    /// <summary>How many columns it has so far.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a piece at the end.</summary>
    public TextLine Add(string text, Tone tone = Tone.Plain)
    {
        if (text.Length == 0)
            return this;
        Length += text.Length;
        if (_pieces is [.., (var before, var same)] && same == tone)
            _pieces[^1] = (before + text, tone);
        else
            _pieces.Add((text, tone));
        return this;
    }

    /// <summary>Adds blanks up to a column.</summary>
    public TextLine PadTo(int column) => Add(new string(' ', Math.Max(0, column - Length)));

    /// <summary>Prints it.</summary>
    public void Print(Terminal terminal)
    {
        var last = _pieces.FindLastIndex(piece => !string.IsNullOrWhiteSpace(piece.Text));
        for (var i = 0; i <= last; i++)
            terminal.Write(i == last ? _pieces[i].Text.TrimEnd() : _pieces[i].Text, _pieces[i].Tone);
        terminal.WriteLine();
    }
}
