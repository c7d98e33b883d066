using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Explaining;

/// <summary>What can be done about the names of gates that an object has wrong: one step for its annotation, and one for its spec.</summary>
/// <param name="name">The object, as a command line names it.</param>
/// <param name="item">The object.</param>
/// <param name="hold">What is known of its gates.</param>
internal sealed class NamingSteps(TypedName name, FluxObject item, Hold hold)
{
    private readonly string _namespace = item.Metadata.Namespace ?? "";

    /// <summary>The steps; none where the names are not what holds it.</summary>
    public IEnumerable<NextStep> All
    {
        get
        {
            var wrong = hold.Blocking.Where(gate => gate.IsMisnamed).ToList();
            var inSpec = wrong.Where(gate => item.Spec.Gates.Any(named => Name(named) == gate.Gate)).ToList();
            var entries = GateReference.ParseList(item.Annotation(GatedAnnotations.Gates), _namespace, out _);
            var inAnnotation = wrong.Where(gate => gate.Reason == nameof(VerdictKind.InvalidReference) || entries.Any(entry => entry.ToString() == gate.Gate)).ToList();
            if (inAnnotation.Count > 0)
            {
                // What cannot be read is left out: whoever wrote it would write the command, too.
                var right = entries.Where(entry => !hold.Gates.Any(gate => gate.IsMisnamed && gate.Gate == entry.ToString())).Select(entry => entry.Namespace == _namespace ? entry.Name : entry.ToString());
                yield return new($"kubectl annotate --overwrite -n {_namespace} {name} {GatedAnnotations.Gates}={string.Join(',', right.Append("GATE"))}", Effects(inAnnotation));
            }

            if (inSpec.Count > 0)
                yield return new($"kubectl edit -n {_namespace} {name}", $"in spec.gates, {Effects(inSpec)}");
        }
    }

    private string Effects(IEnumerable<GateFinding> wrong) => string.Join("; ", wrong.Select(Effect).Distinct());

    private string Effect(GateFinding gate) => gate switch
    {
        { Gate: HeldBy.NoName } => "name a gate, or remove the annotation",
        { Gate: "" } => "name a gate where the list has none between its commas, or leave ',GATE' out",
        { Reason: nameof(VerdictKind.InvalidReference) } => $"correct '{gate.Gate}'",
        { State: GateCondition.Missing } => $"name a gate that exists, or create '{gate.Gate}'",
        _ => $"correct the name, or ask whoever administers namespace '{gate.Gate.Split('/')[0]}' for a gate '{gate.Gate.Split('/')[^1]}' whose spec.accessFrom admits namespace '{_namespace}'",
    };

    private string Name(NamedGate gate) => new GateReference(string.IsNullOrEmpty(gate.Namespace) ? _namespace : gate.Namespace, gate.Name).ToString();
}
