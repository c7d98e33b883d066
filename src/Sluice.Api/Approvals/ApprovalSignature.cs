namespace Sluice.Api.Approvals;

/// <summary>The signature of an approval: a statement and a value, a statement and a bundle, or a bundle that has the statement in it.</summary>
public sealed record ApprovalSignature
{
    /// <summary>The in-toto statement that was signed, byte for byte, in base64. Unset: it is in the bundle.</summary>
    public string? Statement { get; init; }

    /// <summary>The signature over the statement in base64, as <c>cosign sign-blob</c> prints it.</summary>
    public string? Value { get; init; }

    /// <summary>A Sigstore bundle v0.3, in JSON.</summary>
    public string? Bundle { get; init; }
}
