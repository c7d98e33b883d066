namespace Sluice.Gating.Approvals;

/// <summary>
/// The claim of somebody who approves that is compared with who wrote the commit. Both unset (the default): the username, in full and behind whatever an
/// issuer may have put before it.
/// </summary>
public sealed record AuthorClaim
{
    // As in oidc:anna@example.com, https://issuer.example.com#anna, auth0|anna, EXAMPLE\anna.
    private static readonly char[] BehindPrefix = [':', '#', '/', '|', '\\'];

    /// <summary>What an issuer puts before the names of its users, and is left out: <c>oidc:</c>. A username without it is no such claim.</summary>
    public string? UsernamePrefix { get; init; }

    /// <summary>The key of the user's extra attributes in Kubernetes whose values are the claim, such as <c>example.com/email</c>.</summary>
    public string? Extra { get; init; }

    /// <summary>The values of the claim that somebody has; none: they cannot be told from who wrote the commit.</summary>
    /// <param name="username">Their username.</param>
    /// <param name="extra">Their extra attributes.</param>
    public IReadOnlyList<string> Of(string username, IReadOnlyDictionary<string, IReadOnlyList<string>>? extra)
    {
        var values = Extra is { } key ? extra?.GetValueOrDefault(key) ?? []
            : UsernamePrefix is not { } prefix ? Tails(username)
            : username.StartsWith(prefix, StringComparison.Ordinal) ? [username[prefix.Length..]]
            : Array.Empty<string>();
        return [.. values.Select(value => value.Trim()).Where(value => value.Length > 0)];
    }

    // Nobody has said what stands before the name. To take one too many for it costs a second approver; to take none lets an author approve.
    private static IEnumerable<string> Tails(string username) =>
        Enumerable.Range(0, username.Length).Where(i => BehindPrefix.Contains(username[i])).Select(i => username[(i + 1)..]).Prepend(username);

    /// <summary>What it is, in a clause.</summary>
    public override string ToString() => Extra is { } key ? $"extra attribute '{key}'" : UsernamePrefix is { } prefix ? $"username behind '{prefix}'" : "username";
}
