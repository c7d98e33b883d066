using Sluice.Gating.Checks;

namespace Sluice.Api.Gates;

/// <summary>Something that can keep the gate closed though it is otherwise opened. Exactly one of its ways of asking is given.</summary>
public sealed record GateCheck
{
    /// <summary>The name of the check.</summary>
    public string Name { get; set; } = "";

    /// <summary>Asks another gated source.</summary>
    public ResourceCheck? Resource { get; init; }

    /// <summary>The check as the domain decides by it.</summary>
    /// <param name="path">Where it stands, for example <c>spec.checks[0]</c>.</param>
    /// <exception cref="InvalidSpecException">It cannot be understood; the message names the field, the value and what is allowed.</exception>
    internal Check ToCheck(string path) =>
        Resource?.ToCheck(Name, $"{path}.resource") ?? throw new InvalidSpecException($"{path}: expected 'resource'");
}
