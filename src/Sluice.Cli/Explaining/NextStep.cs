namespace Sluice.Cli.Explaining;

/// <summary>Something that the reader can do.</summary>
/// <param name="Command">The exact command.</param>
/// <param name="Effect">What it brings about.</param>
internal sealed record NextStep(string Command, string Effect);
