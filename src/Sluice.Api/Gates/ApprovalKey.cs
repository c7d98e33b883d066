using System.Collections.Immutable;
using Sluice.Gating.Signatures;

namespace Sluice.Api.Gates;

/// <summary>A public key.</summary>
public sealed record ApprovalKey
{
    /// <summary>What messages call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>The one user whose approvals it signs. Unset: anybody's.</summary>
    public string? Username { get; init; }

    /// <summary>The key: a PEM block <c>PUBLIC KEY</c>.</summary>
    public string Pem { get; set; } = "";

    internal ImmutableArray<TrustedKey> ToKeys() => !PublicKeyPem.TryRead(Pem, Name, Username, out var keys, out var problem)
        ? throw new InvalidSpecException($"spec.approvals.keys.publicKeys['{Name}'].pem: {problem}")
        : keys.Length == 1 ? keys : throw new InvalidSpecException($"spec.approvals.keys.publicKeys['{Name}'].pem: there are several keys; give each a name of its own");
}
