namespace Sluice.Cli;

/// <summary>A command cannot be carried out. The message is for the user: which object, what was expected, what was found, what to do.</summary>
internal sealed class CommandException : Exception
{
    /// <param name="message">One line, or two.</param>
    /// <param name="exitCode">What the program ends with; default <see cref="ExitCodes.Failure"/>.</param>
    public CommandException(string message, int exitCode = ExitCodes.Failure) : base(message) => ExitCode = exitCode;

    /// <summary>What the program ends with.</summary>
    public int ExitCode { get; }

    /// <summary>The user asked for something that does not exist in this program.</summary>
    public static CommandException Usage(string message) => new(message, ExitCodes.Usage);
}
