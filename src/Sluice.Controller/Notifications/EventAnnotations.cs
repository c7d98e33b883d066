using Sluice.Api;

namespace Sluice.Controller.Notifications;

/// <summary>What a Kubernetes Event has no field for: its annotations say it, to programs. Two decisions that differ in it are two Events.</summary>
internal static class EventAnnotations
{
    /// <summary>The revision that was decided about.</summary>
    public const string Revision = ApiGroup.Name + "/revision";

    /// <summary>The digest of its artifact.</summary>
    public const string Digest = ApiGroup.Name + "/digest";

    /// <summary>The digest of the source's spec that it was made with.</summary>
    public const string SpecDigest = ApiGroup.Name + "/spec-digest";

    /// <summary>What each gate said that was asked: <c>flux-system/sre-approval=closed (GateClosed)</c>, with commas between them.</summary>
    public const string Gates = ApiGroup.Name + "/gate-states";

    // As many as a message names: the API server takes 256 KiB of annotations.
    private const int MaxGates = 20;

    /// <summary>The annotations of what is told.</summary>
    public static IReadOnlyDictionary<string, string> Of(Notice notice)
    {
        var states = notice.GateStates.Take(MaxGates).Select(gate => $"{gate.Name}={gate.State} ({gate.Reason})");
        (string Key, string? Text)[] all =
        [
            (Revision, notice.Revision), (Digest, notice.Digest), (SpecDigest, notice.SpecDigest),
            (Gates, string.Join(", ", notice.GateStates.Count > MaxGates ? states.Append($"and {notice.GateStates.Count - MaxGates} more") : states)),
        ];
        return all.Where(annotation => !string.IsNullOrEmpty(annotation.Text)).ToDictionary(annotation => annotation.Key, annotation => annotation.Text!);
    }
}
