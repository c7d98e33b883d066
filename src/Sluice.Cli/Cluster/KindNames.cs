using System.Diagnostics.CodeAnalysis;
using Sluice.Api.Gated;
using Sluice.Cli.Suggestions;

namespace Sluice.Cli.Cluster;

/// <summary>Finds kinds by what people call them: kind, plural or short name in any case, also with the group as <c>-o name</c> prints it.</summary>
internal static class KindNames
{
    /// <summary>The kind that a word stands for.</summary>
    public static bool TryFind(string word, [NotNullWhen(true)] out GatedKind? kind)
    {
        kind = GatedKind.OfFlux.FirstOrDefault(candidate => Names(candidate).Contains(word, StringComparer.OrdinalIgnoreCase)
            || string.Equals(word, $"{candidate.Kind}.{candidate.Group}", StringComparison.OrdinalIgnoreCase)
            || string.Equals(word, candidate.CrdName, StringComparison.OrdinalIgnoreCase));
        return kind is not null;
    }

    /// <summary>The kind's name as commands are written: <c>kustomization</c>.</summary>
    public static string Singular(GatedKind kind) => kind.Kind.ToLowerInvariant();

    /// <summary>What is wrong with a word that stands for no kind.</summary>
    public static string Unknown(string word)
    {
        if (word.Split('.')[0].ToLowerInvariant() is "gate" or "gates" or "gt")
            return "a gate is not a gated object; see 'get gates', 'open' and 'close' for gates";
        if (Releasing.GatedSourceNames.IsKind(word))
            return "a GatedSource is not held itself, its candidates are; see 'pending', 'approve' and 'reject'";
        var question = Nearest.Question(Nearest.To(word, GatedKind.OfFlux.SelectMany(Names)));
        return $"'{word}' is not a kind that Sluice holds: {question ?? $"expected one of {string.Join(", ", GatedKind.OfFlux.Select(Singular))}"}";
    }

    private static IEnumerable<string> Names(GatedKind kind) => [Singular(kind), kind.Plural, .. kind.ShortNames];
}
