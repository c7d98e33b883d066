using System.Text.Json.Nodes;
using Sluice.Cli.Cluster;
using Sluice.Cli.Manifests;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>Waits until the controller runs.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="time">The clock.</param>
/// <param name="progress">Is told whenever something has changed.</param>
internal sealed class Rollout(ClusterClient cluster, TimeProvider time, Action<string> progress)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The kind of pods.</summary>
    public static ApiResource Pods { get; } = new("", "v1", "pods", "Pod");

    /// <summary>Selects the controller's pods.</summary>
    public static ListOptions PodsOf(string inNamespace) => new() { Namespace = inNamespace, LabelSelector = $"app={InstallSet.ControllerName}" };

    /// <summary>Waits until every replica of a Deployment is available.</summary>
    /// <exception cref="CommandException">It is not in time; the message says what is missing and what to do.</exception>
    public async Task WaitAsync(ObjectKey key, string image, TimeSpan patience, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        string? said = null;
        while (true)
        {
            var state = RolloutState.Of(await cluster.TryGetAsync(InstallKinds.Deployments, key, cancellation));
            if (state.IsDone)
                return;
            if (state.HasFailed || time.GetElapsedTime(started) >= patience)
            {
                var pods = await cluster.TryListAsync(Pods, PodsOf(key.Namespace), cancellation) ?? [];
                throw new CommandException($"Deployment {key} is applied, and is not ready{(state.HasFailed ? "" : $" after {GoDuration.Format(patience)}")}: "
                    + string.Join("; ", pods.SelectMany(Problems).Prepend(state.Text))
                    + $"\nsee 'kubectl -n {key.Namespace} describe deployment,pods -l app={InstallSet.ControllerName}'. The image is {image}; --image names another. Run the same command again when it is mended");
            }

            if (state.Text != said)
                progress($"waiting for Deployment {key}: {said = state.Text}");
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static IEnumerable<string> Problems(JsonObject pod)
    {
        var name = Manifest.Text(pod["metadata"]?["name"]);
        foreach (var condition in pod["status"]?["conditions"] as JsonArray ?? [])
        {
            if (Manifest.Text(condition?["type"]) == "PodScheduled" && Manifest.Text(condition?["status"]) == "False")
                yield return $"pod {name} is not scheduled: {Manifest.Text(condition!["message"])?.TrimEnd('.')}";
        }

        foreach (var container in pod["status"]?["containerStatuses"] as JsonArray ?? [])
        {
            if (container?["state"]?["waiting"] is { } waiting)
                yield return $"pod {name} waits: {Manifest.Text(waiting["reason"])}: {Manifest.Text(waiting["message"])?.TrimEnd('.')}".TrimEnd(':', ' ');
            else if ((bool?)container?["ready"] == false)
                yield return $"pod {name} runs and is not ready";
        }
    }
}
