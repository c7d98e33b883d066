namespace Sluice.Cli.Requests;

/// <summary>What came of a request to open or close a gate.</summary>
/// <param name="Succeeded">Whether the gate is now what was asked for.</param>
/// <param name="Message">The same in a sentence, or in two lines where something has to be done.</param>
internal sealed record RequestVerdict(bool Succeeded, string Message);
