using System.Diagnostics.CodeAnalysis;
using Sluice.Api.Gated;
using Sluice.Cli.Suggestions;

namespace Sluice.Cli.Cluster;

/// <summary>Finds kinds by what people call them: kind, plural or short name in any case, also with the group as <c>-o name</c> prints it.</summary>
internal static class KindNames
{
    /// <summary>The option that names kinds beside Flux's own, as sluice-controller's.</summary>
    public const string AdditionalKinds = "--additional-kinds";

    /// <summary>The one of <paramref name="kinds"/> that a word stands for.</summary>
    public static bool TryFind(string word, IEnumerable<GatedKind> kinds, [NotNullWhen(true)] out GatedKind? kind)
    {
        kind = kinds.FirstOrDefault(candidate => Names(candidate).Contains(word, StringComparer.OrdinalIgnoreCase)
            || string.Equals(word, $"{candidate.Kind}.{candidate.Group}", StringComparison.OrdinalIgnoreCase)
            || string.Equals(word, candidate.CrdName, StringComparison.OrdinalIgnoreCase));
        return kind is not null;
    }

    /// <summary>The kind's name as commands are written: <c>kustomization</c>.</summary>
    public static string Singular(GatedKind kind) => kind.Kind.ToLowerInvariant();

    /// <summary>What a command about an object needs beside its name: nothing for a kind of Flux's own, else the option that names the kind, after a space.</summary>
    public static string Option(GatedKind kind) => GatedKind.OfFlux.Contains(kind) ? "" : $" {AdditionalKinds} {kind.CrdName}";

    /// <summary>What is wrong with a word that stands for none of <paramref name="kinds"/>.</summary>
    public static string Unknown(string word, IReadOnlyList<GatedKind> kinds)
    {
        if (word.Split('.')[0].ToLowerInvariant() is "gate" or "gates" or "gt")
            return "a gate is not a gated object; see 'get gates', 'open' and 'close' for gates";
        if (Releasing.GatedSourceNames.IsKind(word))
            return "a GatedSource is not held itself, its candidates are; see 'pending', 'approve' and 'reject'";
        var question = Nearest.Question(Nearest.To(word, kinds.SelectMany(Names)));
        return $"'{word}' is not a kind that Sluice holds: {question ?? $"expected one of {string.Join(", ", kinds.Select(Singular))}, or one that {AdditionalKinds} names"}";
    }

    private static IEnumerable<string> Names(GatedKind kind) => [Singular(kind), kind.Plural, .. kind.ShortNames];
}
