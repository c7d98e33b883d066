using Sluice.Cli.Cluster;

namespace Sluice.Cli.Explaining;

/// <summary>What holds an object, in the sentences of a command that changes something about it.</summary>
/// <param name="By">What it is held by.</param>
/// <param name="Ends">What ends that, after "when", where <paramref name="By"/> was said.</param>
/// <param name="Opens">The same where it was not.</param>
/// <param name="Again">What holds it once it has reconciled.</param>
internal sealed record HoldWords(string By, string Ends, string Opens, string Again)
{
    private const string Pass = "its gates let it pass";

    /// <summary>Of an object; null when it is not held.</summary>
    public static HoldWords? Of(FluxObject item)
    {
        var reasons = Hold.Reasons(item);
        if (reasons.Count == 0)
            return null;
        if (Hold.IsByAdmission(item))
            return new("admission until sluice-controller has asked its gates", Pass, Pass, "its gates hold it again after that");
        var by = string.Join(", ", reasons.Select(reason => Hold.IsOfGate(reason) ? reason.Key : $"{reason.Key} ({reason.Value})"));
        return reasons.All(Hold.IsOfGate) ? new(by, "that opens", $"{by} opens", $"{by} holds it again after that") : new(by, Pass, Pass, $"{by} holds it again after that");
    }
}
