using System.Text.Json.Nodes;
using Sluice.Api.Gates;
using Sluice.Gating.Gates;

namespace Sluice.Cli.Requests;

/// <summary>The annotations that ask a gate to open or to close, as a merge patch.</summary>
internal static class GateRequestPatch
{
    /// <summary>
    /// The patch. What an earlier request of the same kind left is removed, its reason, revision and override: it would otherwise be taken for
    /// this one's.
    /// </summary>
    /// <param name="target">What is asked for.</param>
    /// <param name="stamp">The value of <c>requestedAt</c>.</param>
    /// <param name="reason">Why; null or empty: not said.</param>
    /// <param name="revision">The revision or digest that an open request is limited to; null or empty: for everything.</param>
    /// <param name="overriding">Why an open request overrides every window; null: it is a plain one.</param>
    public static JsonObject Of(GateState target, string stamp, string? reason, string? revision, string? overriding = null)
    {
        var annotations = target == GateState.Opened
            ? new JsonObject
            {
                [GateAnnotations.OpenRequestedAt] = stamp,
                [GateAnnotations.OpenReason] = OrNull(reason),
                [GateAnnotations.OpenRevision] = OrNull(revision),
                [GateAnnotations.OpenOverride] = OrNull(overriding),
            }
            : new JsonObject { [GateAnnotations.CloseRequestedAt] = stamp, [GateAnnotations.CloseReason] = OrNull(reason) };
        return new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
    }

    private static JsonValue? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : JsonValue.Create(text);
}
