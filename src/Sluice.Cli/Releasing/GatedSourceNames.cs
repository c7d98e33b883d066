using Sluice.Api.Sources;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Cli.Releasing;

/// <summary>Gated sources as people name them on a command line: <c>my-app</c>, <c>apps/my-app</c>, <c>gatedsource/my-app</c>.</summary>
internal static class GatedSourceNames
{
    /// <summary>The kind's name as commands are written.</summary>
    public const string Singular = "gatedsource";

    private static readonly string[] Words = [Singular, "gatedsources", "gsrc", "gatedsource.gating.toolkit.fluxcd.io", "gatedsources.gating.toolkit.fluxcd.io"];

    /// <summary>Whether a word stands for the kind.</summary>
    public static bool IsKind(string word) => Words.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a text is <c>KIND/NAME</c> with this kind.</summary>
    public static bool IsTyped(string text) => text.Split('/') is [var word, { Length: > 0 }] && IsKind(word);

    /// <summary>Reads a name.</summary>
    /// <param name="text">The name; also with a namespace or the kind before it.</param>
    /// <param name="ownNamespace">The namespace of a name without one.</param>
    /// <exception cref="CommandException">No gated source can have that name.</exception>
    public static ObjectKey Parse(string text, string ownNamespace)
    {
        var name = IsTyped(text) ? text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..] : text;
        return !name.Contains(',', StringComparison.Ordinal) && GateReference.ParseList(name, ownNamespace, out _) is [var found]
            ? new(found.Namespace, found.Name)
            : throw CommandException.Usage($"'{text}' is not a {GatedSource.KindName}'s name: expected NAME, NAMESPACE/NAME or {Singular}/NAME, for example my-app");
    }
}
