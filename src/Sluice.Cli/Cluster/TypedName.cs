using Sluice.Api.Gated;

namespace Sluice.Cli.Cluster;

/// <summary>An object as people name it on a command line: <c>kustomization/my-app</c>.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name.</param>
internal sealed record TypedName(GatedKind Kind, string Name)
{
    /// <summary>Reads <c>KIND/NAME</c>.</summary>
    /// <param name="text">What somebody has written.</param>
    /// <param name="kinds">The kinds that there are.</param>
    /// <exception cref="CommandException">It is not of that form, or there is no such kind.</exception>
    public static TypedName Parse(string text, IReadOnlyList<GatedKind> kinds)
    {
        var parts = text.Split('/');
        if (parts is not [{ Length: > 0 } word, { Length: > 0 } name])
            throw CommandException.Usage($"'{text}' does not name an object: expected KIND/NAME, for example kustomization/my-app");
        return KindNames.TryFind(word, kinds, out var kind) ? new TypedName(kind, name) : throw CommandException.Usage(KindNames.Unknown(word, kinds));
    }

    /// <summary><c>kustomization/my-app</c>.</summary>
    public override string ToString() => $"{KindNames.Singular(Kind)}/{Name}";
}
