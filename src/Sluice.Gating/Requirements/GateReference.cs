using System.Collections.Immutable;

namespace Sluice.Gating.Requirements;

/// <summary>A gate that an object names.</summary>
/// <param name="Namespace">The gate's namespace.</param>
/// <param name="Name">The gate's name.</param>
public readonly record struct GateReference(string Namespace, string Name)
{
    /// <summary>Namespace and name as messages write them: <c>flux-system/sre-approval</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";

    /// <summary>
    /// Reads a list such as <c>sre-approval,flux-system/maintenance</c>. A name without a namespace is in <paramref name="ownNamespace"/>;
    /// spaces around names do not count; a gate that is named twice counts once.
    /// </summary>
    /// <param name="list">The list; null: there is none, and no gate. One that is empty, or only spaces, is an unreadable entry: whoever wrote it meant some gate.</param>
    /// <param name="ownNamespace">The namespace of the object that names the gates.</param>
    /// <param name="unreadable">The entries that are no gate's name, as they stand.</param>
    public static ImmutableArray<GateReference> ParseList(string? list, string ownNamespace, out ImmutableArray<string> unreadable)
    {
        unreadable = [];
        if (list is null)
        {
            return [];
        }

        var references = ImmutableArray.CreateBuilder<GateReference>();
        foreach (var entry in list.Split(',', StringSplitOptions.TrimEntries))
        {
            var slash = entry.IndexOf('/', StringComparison.Ordinal);
            var reference = slash < 0 ? new GateReference(ownNamespace, entry) : new GateReference(entry[..slash], entry[(slash + 1)..]);
            if (!KubernetesName.IsValid(reference.Namespace) || !KubernetesName.IsValid(reference.Name))
            {
                unreadable = unreadable.Add(entry);
            }
            else if (!references.Contains(reference))
            {
                references.Add(reference);
            }
        }

        return references.ToImmutable();
    }
}
