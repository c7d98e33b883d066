using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Cli.Cluster;
using Sluice.Cli.Explaining;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Tests.Explaining;

/// <summary>Objects and gates to explain.</summary>
internal static class Sample
{
    public static GatedKind Kustomization { get; } = GatedKind.OfFlux[0];

    public static Gate Gate(string name, bool opened, string message, NextTransition? next = null, string? stalled = null, string reason = "ReconciliationSucceeded") => new()
    {
        Metadata = new ObjectMeta { Namespace = "flux-system", Name = name },
        Status = new GateStatus
        {
            NextTransition = next,
            Conditions =
            [
                Condition("Opened", opened ? "True" : "False", reason, message),
                .. stalled is null ? Array.Empty<Condition>() : [Condition("Stalled", "True", "InvalidSpec", stalled)],
            ],
        },
    };

    public static Gate Closed => Gate("sre-approval", false, "Gate closed by default");

    public static Gate OpensAtTen => Gate("maintenance", false, "Gate scheduled for opening at 2026-03-27T10:00:00Z",
        new NextTransition { At = Moment.At("2026-03-27T10:00:00Z"), To = "opened", Reason = "RequestExpired" });

    public static Gate Closing => Gate("maintenance", true, "Gate opened by window 'nightly'", new NextTransition { At = Moment.At("2026-03-26T10:20:00Z"), To = "closed", Reason = "OpenWindowEnded" }, reason: "ClosingSoon");

    public static Gate Opened(string name) => Gate(name, true, "Gate opened by default");

    public static FluxObject Object(bool suspended, params (string Annotation, string Value)[] annotations) => new()
    {
        Metadata = new ObjectMeta { Namespace = "apps", Name = "my-app", Annotations = annotations.ToDictionary(pair => pair.Annotation, pair => pair.Value) },
        Spec = new FluxObjectSpec { Suspend = suspended },
    };

    public static FluxObject OwnedBy(this FluxObject item, params string[] managers) => item with
    {
        Metadata = item.Metadata with
        {
            ManagedFields =
            [
                .. managers.Select(manager => new ManagedFieldsEntry
                {
                    Manager = manager,
                    Time = Moment.At("2026-03-26T10:00:00Z"),
                    FieldsV1 = System.Text.Json.JsonDocument.Parse("""{"f:spec":{"f:suspend":{}}}""").RootElement,
                }),
            ],
        },
    };

    /// <summary>What sluice-controller says of it.</summary>
    public static FluxObject Approved(this FluxObject item, string status, string reason, string message) =>
        item with { Status = new FluxObjectStatus { Conditions = [Condition("Approved", status, reason, message)] } };

    public static Explanation Explain(FluxObject item, params Gate[] gates) =>
        new Explainer("sluice", Moment.Now).Explain(Kustomization, item, gates.ToDictionary(
            gate => new GateReference(gate.Metadata.Namespace!, gate.Metadata.Name), gate => new GateLookup(gate)));

    /// <summary>Explains an object that a closed gate with windows holds.</summary>
    public static Explanation ExplainWindows(string reason, string message, params GateWindow[] windows)
    {
        var gate = Gate("maintenance", false, message, reason: reason) with { Spec = new GateSpec { Windows = windows } };
        var reference = new GateReference("flux-system", "maintenance");
        var item = Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, "flux-system/maintenance (GateClosed)"));
        return new Explainer("sluice", Moment.Now).Explain(Kustomization, item, new Dictionary<GateReference, GateLookup> { [reference] = new(gate) },
            new Dictionary<GateReference, GatePlan> { [reference] = GatePlan.Of(gate, NoCalendars.Instance) });
    }

    public static string Text(FluxObject item, params Gate[] gates) =>
        Printed.By(terminal => ExplanationPrinter.Print(terminal, Explain(item, gates), Moment.Now, wide: false));

    private static Condition Condition(string type, string status, string reason, string message) =>
        new() { Type = type, Status = status, Reason = reason, Message = message, LastTransitionTime = Moment.At("2026-03-26T10:00:00Z") };
}
