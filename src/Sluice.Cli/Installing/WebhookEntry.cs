using System.Text.Json.Nodes;
using Sluice.Api.Bindings;
using Sluice.Cli.Cluster;
using Sluice.Cli.Freezing;
using Sluice.Cli.Manifests;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>
/// Has API servers ask the controller, which runs already, and never has them refuse what they ask about because nobody answers: until the
/// controller has put the authority of its certificate there (<c>clientConfig.caBundle</c>), a webhook lets through what it is asked about.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="installer">What applies objects.</param>
/// <param name="time">The clock.</param>
/// <param name="progress">Is told what is waited for.</param>
internal sealed class WebhookEntry(ClusterClient cluster, Installer installer, TimeProvider time, Action<string> progress)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // As long as a lease lasts that nobody gave up, and a little more.
    private static readonly TimeSpan Election = TimeSpan.FromSeconds(45);

    /// <summary>Those of a configuration's webhooks that API servers could not ask now, by name: not there, or without an authority.</summary>
    public async Task<IReadOnlyList<string>> FindUnansweredAsync(InstallObject configuration, CancellationToken cancellation)
    {
        var present = (await cluster.TryGetAsync(configuration.Resource, configuration.Key, cancellation))?["webhooks"] as JsonArray ?? [];
        var answered = present.Where(webhook => Manifest.Text(webhook?["clientConfig"]?["caBundle"]) is { Length: > 0 }).Select(Name).ToList();
        return [.. Webhooks(configuration.Json).Select(Name).Except(answered)];
    }

    /// <summary>Applies a configuration, in two steps where the controller has to put its authority there first.</summary>
    /// <exception cref="CommandException">It did not in time; the message says what to do.</exception>
    public async Task ApplyAsync(InstallObject configuration, TimeSpan patience, CancellationToken cancellation)
    {
        var unanswered = await FindUnansweredAsync(configuration, cancellation);
        if (unanswered.Count > 0)
        {
            await installer.ApplyAsync(Lenient(configuration, unanswered), cancellation);
            await AnsweredAsync(configuration, patience, cancellation);
        }

        await installer.ApplyAsync(configuration, cancellation);
    }

    /// <summary>
    /// Waits until the leading controller has put in a webhook for each binding. One that can select nothing has none, and for one there may be no
    /// room, so it is not waited for longer than it takes to find a leader; it is said then.
    /// </summary>
    public async Task BoundAsync(InstallObject configuration, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var bindings = (await CountAsync(Freeze.Bindings, cancellation)) + await CountAsync(Freeze.ClusterBindings, cancellation);
        while (true)
        {
            var present = (await cluster.TryGetAsync(configuration.Resource, configuration.Key, cancellation))?["webhooks"] as JsonArray ?? [];
            var bound = present.Count(webhook => BindingWebhookName.IsOne(Name(webhook)));
            if (bound >= bindings)
                return;
            if (time.GetElapsedTime(started) >= Election)
            {
                progress($"warning: of {bindings} bindings, {bindings - bound} have no webhook: what they alone select is held a moment after it was created. The controller's log says why, unless they select nothing");
                return;
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task<int> CountAsync(ApiResource resource, CancellationToken cancellation) => (await cluster.TryListAsync(resource, inNamespace: null, cancellation))?.Count ?? 0;

    private async Task AnsweredAsync(InstallObject configuration, TimeSpan patience, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        progress($"waiting for sluice-controller to put the authority of its certificate into {configuration}");
        while (await FindUnansweredAsync(configuration, cancellation) is { Count: > 0 } unanswered)
        {
            if (time.GetElapsedTime(started) >= patience)
            {
                throw new CommandException($"{configuration}: sluice-controller has not put the authority of its certificate into clientConfig.caBundle of {string.Join(", ", unanswered)} after {GoDuration.Format(patience)}\n"
                    + "until it does, what names gates is held only a moment after it was created. See the controller's log, or, where cert-manager is to put it there, that its injector runs; then run the same command again");
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static InstallObject Lenient(InstallObject configuration, IReadOnlyList<string> unanswered)
    {
        var json = configuration.Json.DeepClone().AsObject();
        foreach (var webhook in Webhooks(json).Where(webhook => unanswered.Contains(Name(webhook))))
            webhook!["failurePolicy"] = "Ignore";
        return configuration with { Json = json };
    }

    private static JsonArray Webhooks(JsonObject configuration) => configuration["webhooks"]!.AsArray();

    private static string Name(JsonNode? webhook) => Manifest.Text(webhook?["name"]) ?? "";
}
