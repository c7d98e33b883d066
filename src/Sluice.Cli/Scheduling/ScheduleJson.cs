using System.Text.Json.Nodes;
using NodaTime;
using Sluice.Api.Gates;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Cli.Scheduling;

/// <summary>A gate's schedule for programs; times in UTC.</summary>
internal static class ScheduleJson
{
    /// <summary>The state at the beginning of a span, and the transitions in it.</summary>
    public static JsonObject Of(GatePlan plan, DateTimeZone zone, ScheduleSpan span)
    {
        var decision = plan.At(span.From);
        return new JsonObject
        {
            ["gate"] = plan.Name,
            ["timeZone"] = zone.Id,
            ["from"] = Rfc3339.Format(span.From),
            ["to"] = Rfc3339.Format(span.To),
            ["state"] = GateStateNames.Of(decision.State),
            ["reason"] = decision.Reason,
            ["message"] = decision.Message,
            ["transitions"] = new JsonArray([.. plan.After(span.From).TakeWhile(transition => transition.At < span.To).Select(transition => (JsonNode)Of(plan, transition))]),
        };
    }

    /// <summary>One transition, with the windows behind it.</summary>
    public static JsonObject Of(GatePlan plan, Transition transition) => new()
    {
        ["at"] = Rfc3339.Format(transition.At),
        ["to"] = GateStateNames.Of(transition.To),
        ["reason"] = transition.Reason,
        ["windows"] = new JsonArray([.. plan.Behind(transition).Select(window => (JsonNode)window.Name)]),
    };
}
