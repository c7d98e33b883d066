using System.Text.Json.Nodes;
using Sluice.Api.Gates;
using Sluice.Gating.Gates;

namespace Sluice.Cli.Requests;

/// <summary>The annotations that ask a gate to open or to close, as a merge patch.</summary>
internal static class GateRequestPatch
{
    /// <summary>
    /// The patch. A reason or revision of an earlier request of the same kind is removed: it would otherwise be taken for this one's.
    /// </summary>
    /// <param name="target">What is asked for.</param>
    /// <param name="stamp">The value of <c>requestedAt</c>.</param>
    /// <param name="reason">Why; null or empty: not said.</param>
    /// <param name="revision">The revision or digest that an open request is limited to; null or empty: for everything.</param>
    public static JsonObject Of(GateState target, string stamp, string? reason, string? revision)
    {
        var annotations = target == GateState.Opened
            ? new JsonObject
            {
                [GateAnnotations.OpenRequestedAt] = stamp,
                [GateAnnotations.OpenReason] = OrNull(reason),
                [GateAnnotations.OpenRevision] = OrNull(revision),
            }
            : new JsonObject { [GateAnnotations.CloseRequestedAt] = stamp, [GateAnnotations.CloseReason] = OrNull(reason) };
        return new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
    }

    private static JsonValue? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : JsonValue.Create(text);
}
