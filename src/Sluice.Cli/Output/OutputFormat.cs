namespace Sluice.Cli.Output;

/// <summary>How results are printed: <c>-o</c>.</summary>
internal enum OutputFormat
{
    /// <summary>A table or a sentence for people; the default.</summary>
    Table,

    /// <summary>The same with more columns, and with times as they are instead of relative ones.</summary>
    Wide,

    /// <summary>The objects as the API server gave them, as JSON.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,

    /// <summary>Only <c>kind.group/name</c>, one a line, as kubectl writes it.</summary>
    Name,

    /// <summary>A feed of events (RFC 5545), for calendar programs; <c>schedule</c> alone has one.</summary>
    Ics,
}
