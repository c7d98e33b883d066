namespace Sluice.Kubernetes;

/// <summary>How to apply on the server's side. A field manager is required there, so it has no default.</summary>
public sealed record ApplyOptions : WriteOptions
{
    /// <summary>Applies as <paramref name="fieldManager"/>.</summary>
    public ApplyOptions(string fieldManager) => FieldManager = fieldManager;

    /// <summary>Take over fields that other managers own, instead of failing with a conflict. Default false.</summary>
    public bool Force { get; init; }
}
