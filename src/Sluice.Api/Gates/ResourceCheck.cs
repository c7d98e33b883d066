using Sluice.Gating.Checks;
using Sluice.Gating.Time;

namespace Sluice.Api.Gates;

/// <summary>A check that another gated source, such as that of a test environment, has released the same revision, and that it is healthy there.</summary>
public sealed record ResourceCheck
{
    /// <summary>The kind of the object: <c>GatedSource</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its namespace. Default: that of the gate.</summary>
    public string? Namespace { get; init; }

    /// <summary>How long it must have been healthy there without a break, as a Go duration. Default: it has to be healthy now.</summary>
    public string? Soak { get; init; }

    internal ReleasedElsewhere ToCheck(string name, string path)
    {
        if (Kind != Sources.GatedSource.KindName)
        {
            throw new InvalidSpecException($"{path}.kind: '{Kind}' cannot be asked; expected '{Sources.GatedSource.KindName}'");
        }

        if (!GoDuration.TryParse(Soak ?? "0s", out var soak) || soak < TimeSpan.Zero)
        {
            throw new InvalidSpecException($"{path}.soak: '{Soak}' is not a span; expected a duration such as '30m'");
        }

        return new(name, Namespace, Name, soak);
    }
}
