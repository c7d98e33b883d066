using Spectre.Console;

namespace Sluice.Cli.Output;

/// <summary>Standard output and standard error. Colour is for terminals alone, and not where somebody has said no to it.</summary>
internal sealed class Terminal
{
    // Long lines are the terminal's to wrap, and a file's to keep whole.
    private const int NoWrapping = 1_000_000;

    // What a pipe or a file is drawn for, and a terminal that does not say how wide it is.
    private const int DefaultWidth = 80;

    private readonly TextWriter _output;
    private readonly IAnsiConsole _console;

    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="colour">Whether standard output gets colours.</param>
    /// <param name="width">How many columns standard output has; default 80.</param>
    public Terminal(TextWriter output, TextWriter error, bool colour, int width = DefaultWidth)
    {
        _output = output;
        Error = error;
        Width = width;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        _console.Profile.Width = NoWrapping;
        HasColour = colour;
    }

    /// <summary>Standard error, for what is no result.</summary>
    public TextWriter Error { get; }

    /// <summary>Standard output, for texts that are passed on as they are.</summary>
    public TextWriter Output => _output;

    /// <summary>Whether standard output gets colours.</summary>
    public bool HasColour { get; }

    /// <summary>How many columns standard output has: what is drawn fits them, what is a text or a table is the terminal's to wrap.</summary>
    public int Width { get; }

    /// <summary>The terminal of this process: coloured when standard output is one and neither <c>NO_COLOR</c> nor <c>TERM=dumb</c> is set.</summary>
    public static Terminal OfProcess(TextWriter output, TextWriter error) => new(output, error,
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb",
        WidthOfProcess());

    /// <summary>The same terminal without colours.</summary>
    public Terminal WithoutColour() => HasColour ? new Terminal(_output, Error, colour: false, Width) : this;

    /// <summary>Standard error as a terminal: for what is no result, and more than a line.</summary>
    public Terminal OnError() => new(Error, Error, colour: false, Width);

    /// <summary>Writes a piece of text that has no line break.</summary>
    public void Write(string text, Tone tone = Tone.Plain)
    {
        if (!HasColour || tone == Tone.Plain)
            _output.Write(text);
        else
            _console.Write(new Text(text, StyleOf(tone)));
    }

    /// <summary>Writes a piece of text and ends the line.</summary>
    public void WriteLine(string text = "", Tone tone = Tone.Plain)
    {
        Write(text, tone);
        _output.Write('\n');
    }

    private static int WidthOfProcess()
    {
        try
        {
            return !Console.IsOutputRedirected && Console.WindowWidth is > 0 and var width ? width : DefaultWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return DefaultWidth;
        }
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Waiting => new Style(Color.Olive),
        Tone.Bad => new Style(Color.Red),
        Tone.Dim => new Style(decoration: Decoration.Dim),
        _ => Style.Plain,
    };
}
