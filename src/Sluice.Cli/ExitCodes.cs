namespace Sluice.Cli;

/// <summary>What the program ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Not done, and the error says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line is not one that can be carried out.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
