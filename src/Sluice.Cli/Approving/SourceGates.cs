using Sluice.Api.Sources;
using Sluice.Cli.Releasing;
using Sluice.Cli.Suggestions;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Approving;

/// <summary>The gates that a gated source names.</summary>
internal static class SourceGates
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<GateReference> Of(GatedSource source) =>
        [.. source.Spec.Gates.Select(gate => gate.From(source.Metadata.Namespace)).Distinct()];

    /// <summary>All of them, or the one that is meant.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="wanted">Its name, with or without its namespace; null: all.</param>
    /// <exception cref="CommandException">It is none of them, or could be several.</exception>
    public static IReadOnlyList<GateReference> Of(GatedSource source, string? wanted)
    {
        var all = Of(source);
        if (wanted is null)
            return all;
        var found = all.Where(gate => gate.ToString() == wanted || gate.Name == wanted).ToList();
        return found.Count switch
        {
            1 => found,
            0 => throw new CommandException($"{source.Subject()} does not wait at gate '{wanted}': "
                + (Nearest.Question(Nearest.To(wanted, all.SelectMany(gate => new[] { gate.Name, gate.ToString() }))) ?? $"its gates are {string.Join(", ", all)}")),
            _ => throw CommandException.Usage($"--gate: '{wanted}' could be each of {string.Join(", ", found)}: expected NAMESPACE/NAME"),
        };
    }
}
