namespace Sluice.Api.Metadata;

/// <summary>What Sluice reads of an object's metadata.</summary>
public sealed record ObjectMeta
{
    /// <summary>The name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The namespace; <see langword="null"/> for what is cluster-scoped.</summary>
    public string? Namespace { get; init; }

    /// <summary>The identity, which a new object of the same name does not share.</summary>
    public string? Uid { get; init; }

    /// <summary>The version of the object as stored.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>The version of its spec.</summary>
    public long? Generation { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When it was deleted, if finalizers still keep it.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>The annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Who owns which field.</summary>
    public IReadOnlyList<ManagedFieldsEntry>? ManagedFields { get; init; }

    /// <summary>Who wrote an annotation, where nothing better is known: <c>manager:</c> and the field manager, which is no identity, since anybody may claim any; or <see langword="null"/>.</summary>
    public string? FindWriter(string annotation) => FindManager("f:metadata", "f:annotations", $"f:{annotation}") is { } manager ? $"manager:{manager}" : null;

    /// <summary>The newest field manager of a field, or <see langword="null"/> when none owns it.</summary>
    /// <param name="path">The field as <c>fieldsV1</c> spells it, for example <c>f:spec</c>, <c>f:suspend</c>.</param>
    public string? FindManager(params ReadOnlySpan<string> path)
    {
        ManagedFieldsEntry? found = null;
        foreach (var entry in ManagedFields ?? [])
        {
            if (entry.Owns(path) && (found is null || found.Time < entry.Time))
            {
                found = entry;
            }
        }

        return found?.Manager;
    }
}
