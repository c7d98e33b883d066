using System.Text.Json;

namespace Sluice.Api.Metadata;

/// <summary>The fields that one field manager owns.</summary>
public sealed record ManagedFieldsEntry
{
    /// <summary>The field manager's name.</summary>
    public string? Manager { get; init; }

    /// <summary><c>Apply</c> or <c>Update</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>When it last changed what it owns.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The fields, as a tree.</summary>
    public JsonElement? FieldsV1 { get; init; }

    /// <summary>Whether the manager owns the field at <paramref name="path"/>.</summary>
    public bool Owns(ReadOnlySpan<string> path)
    {
        if (FieldsV1 is not { } node)
        {
            return false;
        }

        foreach (var segment in path)
        {
            if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty(segment, out node))
            {
                return false;
            }
        }

        return true;
    }
}
