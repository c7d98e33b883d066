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

    /// <summary>
    /// Not sent again when the server asks to wait (429 or 503 with Retry-After): what was decided may not be so any more by then, and whoever decided it is told. Default false.
    /// </summary>
    public bool Once { get; init; }

    internal static WriteOptions Default { get; } = new();
}
