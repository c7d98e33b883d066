using Sluice.Api.Gates;

namespace Sluice.Cli.Requests;

/// <summary>What is written to override every window: the reason, made different where the gate still carries the same one.</summary>
internal static class OverrideText
{
    /// <summary>
    /// The text. One that was left behind by an earlier request does not count again, so that it cannot make an override of a plain request;
    /// asked for anew, it has to differ.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="stamp">The stamp of the request, which no other has.</param>
    /// <param name="gate">The gate as it stands.</param>
    public static string Of(string reason, string stamp, Gate gate) =>
        reason == gate.Status?.LastHandledOverride || reason == gate.Metadata.Annotations?.GetValueOrDefault(GateAnnotations.OpenOverride) ? $"{reason} [{stamp}]" : reason;
}
