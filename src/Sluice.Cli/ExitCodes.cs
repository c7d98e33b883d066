namespace Sluice.Cli;

/// <summary>What the program ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Not done, and the error says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line, or a file that it names, is not one that can be carried out; and every error where 1 is an answer.</summary>
    public const int Usage = 2;

    /// <summary>The answer of <c>schedule --at</c> for a gate that is opened then.</summary>
    public const int Opened = 0;

    /// <summary>The answer of <c>schedule --at</c> for a gate that is closed then.</summary>
    public const int Closed = 1;

    /// <summary>A bug: <c>EX_SOFTWARE</c> of sysexits.h. Never an answer.</summary>
    public const int Bug = 70;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
