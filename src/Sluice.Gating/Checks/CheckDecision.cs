namespace Sluice.Gating.Checks;

/// <summary>What a check says.</summary>
/// <param name="Passes">Whether it has nothing against it.</param>
/// <param name="Message">Why not, as a clause; empty when it passes.</param>
/// <param name="Until">When it will say something else, if nothing else happens; <see langword="null"/>: that is not known.</param>
public sealed record CheckDecision(bool Passes, string Message, DateTimeOffset? Until)
{
    /// <summary>It passes.</summary>
    public static CheckDecision Yes { get; } = new(true, "", null);

    /// <summary>It does not, until something changes.</summary>
    public static CheckDecision No(string message) => new(false, message, null);
}
