using System.Text.Json;
using Sluice.Api.Serialization;
using Sluice.Gating.Checks;

namespace Sluice.Api.Gates;

/// <summary>A check that a web hook answers 200. It gets what Flagger's web hooks get.</summary>
public sealed record WebHookCheck
{
    /// <summary>The value of <see cref="About"/> that asks about each candidate.</summary>
    public const string Candidate = nameof(Candidate);

    /// <summary>The web hook.</summary>
    public string Url { get; set; } = "";

    /// <summary><c>Gate</c> (default): it is asked about the gate; <c>Candidate</c>: about each candidate that waits, with its revision and digest.</summary>
    public string? About { get; init; }

    /// <summary>What it is told besides.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    internal HttpCheck ToCheck(string name, TimeSpan interval, TimeSpan timeout, string path)
    {
        if (About is not (null or "Gate" or Candidate))
        {
            throw new InvalidSpecException($"{path}.about: '{About}' is not known; expected 'Gate' or 'Candidate'");
        }

        // As text, in order: two checks are the same when they say the same.
        var metadata = new SortedDictionary<string, string>((Metadata ?? new Dictionary<string, string>()).ToDictionary(), StringComparer.Ordinal);
        return new(
            name, GateCheck.ReadAddress(Url, $"{path}.url"), JsonSerializer.Serialize(metadata, ApiJson.Default.SortedDictionaryStringString), About == Candidate, interval, timeout);
    }
}
