using System.Diagnostics.CodeAnalysis;
using Sluice.Api.Gated;

namespace Sluice.Controller.Sources;

/// <summary>The kinds of sources whose revisions can be pinned.</summary>
internal static class SourceKinds
{
    public const string Git = "GitRepository";
    public const string Oci = "OCIRepository";
    public const string Chart = "HelmChart";

    /// <summary>The kind of that name, if its revisions can be pinned.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out GatedKind? kind)
    {
        kind = name is Git or Oci or Chart ? GatedKind.OfFlux.First(kind => kind.Kind == name) : null;
        return kind is not null;
    }
}
