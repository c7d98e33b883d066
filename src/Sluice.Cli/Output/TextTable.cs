namespace Sluice.Cli.Output;

/// <summary>A table as kubectl prints it: a header in capitals, columns aligned by three spaces, no lines, nothing cut off.</summary>
internal sealed class TextTable(params IReadOnlyList<string> header)
{
    private const int Gap = 3;

    private readonly List<IReadOnlyList<Cell>> _rows = [];

    /// <summary>Adds a row; empty cells are shown as <c>-</c>.</summary>
    public void Add(params IReadOnlyList<Cell> cells)
    {
        if (cells.Count != header.Count)
            throw new ArgumentException($"Expected {header.Count} cells and got {cells.Count}.", nameof(cells));
        _rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell.Text) ? new Cell("-", Tone.Dim) : cell)]);
    }

    /// <summary>Prints it.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="indent">Spaces before each line; default none.</param>
    public void Print(Terminal terminal, int indent = 0)
    {
        IReadOnlyList<Cell> heading = [.. header.Select(text => new Cell(text, Tone.Dim))];
        var widths = Enumerable.Range(0, header.Count).Select(column => _rows.Append(heading).Max(row => row[column].Text.Length)).ToArray();
        foreach (var row in _rows.Prepend(heading))
        {
            terminal.Write(new string(' ', indent));
            for (var column = 0; column < row.Count; column++)
            {
                terminal.Write(row[column].Text, row[column].Tone);
                if (column < row.Count - 1)
                    terminal.Write(new string(' ', widths[column] - row[column].Text.Length + Gap));
            }

            terminal.WriteLine();
        }
    }
}
