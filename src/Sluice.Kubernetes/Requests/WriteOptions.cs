namespace Sluice.Kubernetes;

/// <summary>How to create, replace or merge-patch an object.</summary>
public record WriteOptions
{
    /// <summary>Who the API server notes as manager of the written fields. Default null: derived from the user agent.</summary>
    public string? FieldManager { get; init; }

    /// <summary>A subresource such as <c>status</c>. Default null: the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Everything but storing it: admission, validation, defaults. Default false.</summary>
    public bool DryRun { get; init; }

    /// <summary>What happens to unknown fields: <c>Ignore</c>, <c>Warn</c> or <c>Strict</c>. Default null: the server's, <c>Warn</c>.</summary>
    public string? FieldValidation { get; init; }

    internal static WriteOptions Default { get; } = new();
}
