using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Explaining;

/// <summary>What can be done about an object that is held, or is not.</summary>
/// <param name="program">How the commands that it recommends begin.</param>
/// <param name="now">The present time.</param>
internal sealed class NextSteps(string program, DateTimeOffset now)
{
    /// <summary>The steps, the likeliest first.</summary>
    /// <param name="name">The object, as a command line names it.</param>
    /// <param name="item">The object.</param>
    /// <param name="state">How it stands.</param>
    /// <param name="hold">What is known of its gates.</param>
    public IEnumerable<NextStep> Of(TypedName name, FluxObject item, HoldState state, Hold hold)
    {
        var inNamespace = $"-n {item.Metadata.Namespace}";
        if (state == HoldState.NotGated)
        {
            yield return new NextStep($"kubectl annotate {inNamespace} {name} {GatedAnnotations.Gates}=GATE", "have a gate hold it; in Git, write the same annotation");
        }
        else if (state is HoldState.Held || state is HoldState.NotHeldYet && !hold.IsDeleting)
        {
            if (hold.IsUndecided || hold.Passes)
                yield return new NextStep($"{program} check", "see whether sluice-controller runs");
            var naming = new NamingSteps(name, item, hold).All.ToList();
            foreach (var step in hold.Blocking.SelectMany(gate => gate.IsMisnamed ? naming : [Step(gate, name, item)]))
                yield return step;
            if (state is HoldState.Held && !hold.IsUndecided && Suspender.WhyKept(item) is null)
                yield return new NextStep($"{program} release-once {name} {inNamespace}{KindNames.Option(name.Kind)}", "let it reconcile once, and hold it again");
        }
        else if (state is HoldState.HeldStill)
        {
            yield return new NextStep($"{program} check", "see whether sluice-controller runs");
        }

        if (Suspender.WhyKept(item) is not null)
            yield return new NextStep($"{program} resume {name} {inNamespace}{KindNames.Option(name.Kind)}", hold.IsHeld ? "have it go on when its gates open" : "have it go on");
    }

    private NextStep Step(GateFinding gate, TypedName name, FluxObject item)
    {
        if (gate.Requirement is { } requirement)
        {
            return new NextStep($"kubectl annotate --overwrite -n {item.Metadata.Namespace} {name} {GatedAnnotations.Require}=all",
                $"have all of its gates open, or write oneOf: one that opens is enough then; '{requirement}' is neither");
        }

        if (gate.Gate.Split('/') is not [var inNamespace, var gateName])
            return new NextStep($"kubectl edit -n {item.Metadata.Namespace} {name}", $"correct '{gate.Gate}'");
        return gate.State switch
        {
            GateCondition.Stalled when gate.NeedsRevision is null => new NextStep($"kubectl edit -n {inNamespace} gate/{gateName}", $"correct the gate: {gate.Message}"),
            GateCondition.Missing or GateCondition.Denied when !gate.IsNamed =>
                new NextStep("kubectl get gatebindings,clustergatebindings -A", $"find the binding that names '{gate.Gate}', and correct it; or have there be such a gate, which admits namespace '{item.Metadata.Namespace}'"),
            GateCondition.Denied => new NextStep($"kubectl edit -n {inNamespace} gate/{gateName}", $"have its spec.accessFrom admit namespace '{item.Metadata.Namespace}'"),
            _ when gate.NeedsRevision is { } kind => new NextStep("kubectl explain gatedsource.spec",
                $"put it behind a GatedSource (docs/reference/gated-source.md), or have a gate before it that {(kind is VerdictKind.ApprovalNeedsRevision ? "wants no approvals" : "has no check about one revision")}"),
            GateCondition.Unknown => new NextStep($"{program} check", "see why the state of a gate is not known"),
            GateCondition.Opened => new NextStep($"kubectl describe -n {inNamespace} gate/{gateName}", $"see why it holds what names it: '{gate.HeldFor}' is not known to this program"),
            _ when gate.WaitsForCheck => new NextStep($"{program} get gates {gateName} -n {inNamespace}", "see whether its check passes by now: sluice-controller asks again by itself, and to open the gate does not help"),
            GateCondition.Closing when gate.Next is { } end && end.Reason != GateReasons.CloseWindowStarted && now + gate.Window > end.At => new NextStep($"{program} open {gateName} -n {inNamespace} --reason TEXT", "ask for it to stay open for its spec.window, beyond the end of the open window"),
            GateCondition.Closing or GateCondition.Closed when gate.State == GateCondition.Closing || gate.Reason == GateReasons.CloseWindow =>
                new NextStep($"{program} open {gateName} -n {inNamespace} --override --reason TEXT", $"override {(gate.State == GateCondition.Closing ? "its end" : "the close window")} in an emergency{(gate.OpensAt is { } opens ? $"; the gate opens by itself {RelativeTime.Until(opens, now)}" : "")}"),
            _ when gate.OpensAt is { } at => new NextStep($"{program} open {gateName} -n {inNamespace} --reason TEXT", $"open the gate now; it opens by itself {RelativeTime.Until(at, now)}"),
            _ => new NextStep($"{program} open {gateName} -n {inNamespace} --reason TEXT", "open the gate"),
        };
    }
}
