namespace Sluice.Api.Metadata;

/// <summary>Under whose names Sluice writes fields. None may begin with <c>kubectl</c>.</summary>
public static class FieldManagers
{
    /// <summary>
    /// The command line. kustomize-controller takes fields away from managers whose names begin with <c>kubectl</c> on every object that it
    /// applies, so this one must not.
    /// </summary>
    public const string CommandLine = "sluice-cli";

    /// <summary>sluice-controller, when it holds and releases.</summary>
    public const string Controller = "sluice";

    /// <summary>sluice-controller, when it has the API server ask its webhook about what bindings select.</summary>
    public const string Bindings = "sluice-bindings";

    /// <summary>
    /// sluice-controller, when it writes the target of a gated source: what it holds by is owned apart, or each of the two would take away what
    /// the other owns.
    /// </summary>
    public const string Sources = "sluice-sources";
}
