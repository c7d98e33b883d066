namespace Sluice.Cli.Installing;

/// <summary>One thing that installing does.</summary>
/// <param name="Item">To what.</param>
/// <param name="Change">What it does.</param>
internal sealed record InstallStep(InstallObject Item, InstallChange Change);
