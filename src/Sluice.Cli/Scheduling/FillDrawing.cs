using Sluice.Cli.Output;

namespace Sluice.Cli.Scheduling;

/// <summary>How it is drawn: told apart by shape first, so that a terminal without colours shows the same.</summary>
internal static class FillDrawing
{
    /// <summary>What the signs mean.</summary>
    public const string Legend = "█ opened   ▒ partly   · closed";

    /// <summary>The sign.</summary>
    public static char Sign(this Fill fill) => fill switch
    {
        Fill.Opened => '█',
        Fill.Partly => '▒',
        Fill.Closed => '·',
        _ => ' ',
    };

    /// <summary>Its colour.</summary>
    public static Tone Tone(this Fill fill) => fill switch
    {
        Fill.Opened => Output.Tone.Good,
        Fill.Partly => Output.Tone.Waiting,
        Fill.Closed => Output.Tone.Dim,
        _ => Output.Tone.Plain,
    };
}
