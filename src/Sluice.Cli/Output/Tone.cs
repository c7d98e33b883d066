namespace Sluice.Cli.Output;

/// <summary>What a piece of text says about its subject; a terminal shows it as a colour.</summary>
internal enum Tone
{
    /// <summary>Nothing special.</summary>
    Plain,

    /// <summary>Less important than what is around it.</summary>
    Dim,

    /// <summary>Opened, or in order: green.</summary>
    Good,

    /// <summary>Closed, or to be looked at: yellow.</summary>
    Waiting,

    /// <summary>Stalled, missing or failed: red.</summary>
    Bad,
}
