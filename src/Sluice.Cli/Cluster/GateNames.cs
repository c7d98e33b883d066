using Sluice.Gating.Requirements;

namespace Sluice.Cli.Cluster;

/// <summary>Gates as people name them on a command line: <c>sre-approval</c>, or as messages do: <c>flux-system/sre-approval</c>.</summary>
internal static class GateNames
{
    private const string PrintedPrefix = "gate.gating.toolkit.fluxcd.io/";

    /// <summary>Reads a gate's name.</summary>
    /// <param name="text">The name; also with a namespace before it, or as <c>-o name</c> prints it.</param>
    /// <param name="ownNamespace">The namespace of a name without one.</param>
    /// <exception cref="CommandException">No gate can have that name.</exception>
    public static GateReference Parse(string text, string ownNamespace)
    {
        var name = text.StartsWith(PrintedPrefix, StringComparison.Ordinal) ? text[PrintedPrefix.Length..] : text;
        var found = name.Contains(',', StringComparison.Ordinal) ? [] : GateReference.ParseList(name, ownNamespace, out _);
        return found is [var gate] ? gate : throw CommandException.Usage($"'{text}' is not a gate's name: expected NAME or NAMESPACE/NAME, for example sre-approval");
    }
}
