using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>Conditions of an object in memory, with the rules of fluxcd/pkg/runtime/conditions.</summary>
internal static class Conditions
{
    public const string Ready = "Ready";

    /// <summary>Present only while it is true (kstatus), as <see cref="Stalled"/> is.</summary>
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";

    public static JsonObject? Find(JsonObject obj, string type) =>
        obj.Objects("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type);

    public static bool IsTrue(JsonObject obj, string type) => Find(obj, type).Text("status") == "True";

    public static bool IsFalse(JsonObject obj, string type) => Find(obj, type).Text("status") == "False";

    /// <summary>Sets a condition; the time of transition stays unless status, reason or message differ.</summary>
    public static void Set(JsonObject obj, string type, string status, string reason, string message, DateTimeOffset now)
    {
        var existing = Find(obj, type);
        var same = existing.Text("status") == status && existing.Text("reason") == reason && existing.Text("message") == message;
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["observedGeneration"] = obj.Generation(),
            ["lastTransitionTime"] = same ? existing.Text("lastTransitionTime") : Timestamp(now),
            ["reason"] = reason,
            ["message"] = message,
        };

        var list = List(obj);
        if (existing is null)
            list.Add(condition);
        else
            list[list.IndexOf(existing)] = condition;
    }

    public static void Remove(JsonObject obj, string type)
    {
        if (Find(obj, type) is { } condition)
            List(obj).Remove(condition);
    }

    /// <summary>Kubernetes' notation of a time: UTC, whole seconds.</summary>
    public static string Timestamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    public static JsonArray List(JsonObject obj)
    {
        var status = obj.Child("status");
        if (status["conditions"] is JsonArray list)
            return list;
        list = [];
        status["conditions"] = list;
        return list;
    }
}
