namespace Sluice.Kubernetes;

/// <summary>Which objects to list.</summary>
public sealed record ListOptions
{
    /// <summary>One namespace; default null: all of them.</summary>
    public string? Namespace { get; init; }

    /// <summary>A label selector such as <c>app=web,tier!=test</c>. Default null: every object.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>A field selector such as <c>metadata.name=web</c>. Default null: every object.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects a page; the client follows the pages. Default 500; 0: one page.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Stop after this many objects. Default 0: all of them.</summary>
    public int Limit { get; init; }

    /// <summary>Ask for the metadata alone (<c>PartialObjectMetadata</c>). Default false.</summary>
    public bool MetadataOnly { get; init; }
}
