using System.Text.Json;
using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Api.Serialization;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;

namespace Sluice.Cli.Tests.Programs;

/// <summary>Takes a gate's requests and writes its status as sluice-controller does, with the domain's own code.</summary>
internal sealed class LatchingController(ClusterWithGates cluster)
{
    /// <summary>Looks at a gate once.</summary>
    public async Task LookAsync(string inNamespace, string name)
    {
        var json = await cluster.ControlPlane.Kubectl.RunAsync("get", "gate", name, $"--namespace={inNamespace}", "--output=json");
        var gate = JsonSerializer.Deserialize(json, ApiJson.Default.Gate)!;
        var rules = gate.Spec.ToRules(NoCalendars.Instance);
        var now = TimeProvider.System.GetUtcNow();
        var latched = RequestLatch.Take(gate.Status.ReadLatched(), gate.ReadRequests(trustRequestedBy: false), rules, now).Latched;
        var decision = GateDecision.Decide(rules, latched.Current, null, now);
        var status = (gate.Status ?? new GateStatus()).WithLatched(latched) with
        {
            NextTransition = decision.Next is { } next ? new NextTransition { At = next.At, To = GateStateNames.Of(next.To), Reason = next.Reason } : null,
            Conditions =
            [
                new Condition { Type = ConditionTypes.Opened, Status = decision.State == GateState.Opened ? "True" : "False", Reason = decision.Reason, Message = decision.Message, LastTransitionTime = now },
            ],
        };
        await cluster.StatusAsync(inNamespace, name, JsonSerializer.SerializeToNode(status, ApiJson.Default.GateStatus)!.AsObject().ToJsonString()[1..^1]);
    }

    /// <summary>Runs a command that waits for the controller, and is one meanwhile.</summary>
    public async Task<ProgramResult> AnswerAsync(Task<ProgramResult> running, string inNamespace, string name)
    {
        while (!running.IsCompleted)
            await LookAsync(inNamespace, name);
        return await running;
    }
}
