using Sluice.Cli.Cluster;

namespace Sluice.Cli.Installing;

/// <summary>
/// Installs, and goes over from another way of admission, so that what names gates is born held at every moment if it was before, and API
/// servers never ask, and refuse, where nobody answers (ADR 11):
/// everything but the program and its webhook is applied; a webhook that is not wanted any more goes; the program is applied, and runs; its
/// webhook comes; what else is not wanted any more goes. Where one way takes the place of another, both work until API servers have heard.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="installer">What applies objects, and deletes them.</param>
/// <param name="time">The clock.</param>
/// <param name="say">Is told what was done.</param>
/// <param name="progress">Is told what is waited for.</param>
internal sealed class InstallRun(ClusterClient cluster, Installer installer, TimeProvider time, Action<InstallStep> say, Action<string> progress)
{
    // They watch policies and webhooks, so it takes them about a second.
    private static readonly TimeSpan Hearsay = TimeSpan.FromSeconds(10);

    private readonly WebhookEntry _entry = new(cluster, installer, time, progress);

    /// <summary>Refuses what takes waiting: to put a webhook in that nobody might answer, where Sluice works without it as it is.</summary>
    /// <exception cref="CommandException">The webhook would take another way's place, or Sluice is installed without it.</exception>
    public async Task RequireNoWaitingAsync(IReadOnlyList<InstallStep> steps, CancellationToken cancellation)
    {
        if (steps.FirstOrDefault(IsWantedWebhook) is not { } webhook)
            return;
        var program = steps.Single(IsProgram).Item;
        if (steps.Any(step => step.Change == InstallChange.Deleted)
            || webhook.Change != InstallChange.Unchanged && await cluster.TryGetAsync(program.Resource, program.Key, cancellation) is not null
                && (await _entry.FindUnansweredAsync(webhook.Item, cancellation)).Count > 0)
        {
            throw new CommandException($"Sluice is installed without {webhook.Item}, which comes when the program runs that answers it: nothing was done\nrun the same command without --wait=false");
        }
    }

    /// <summary>Does it.</summary>
    /// <param name="steps">What, in the order of kinds.</param>
    /// <param name="patience">How long to wait for anything.</param>
    /// <param name="waits">Whether to wait until the program runs.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task RunAsync(IReadOnlyList<InstallStep> steps, TimeSpan patience, bool waits, CancellationToken cancellation)
    {
        var (kept, gone) = (steps.Where(step => step.Change != InstallChange.Deleted).ToList(), steps.Where(step => step.Change == InstallChange.Deleted).ToList());
        foreach (var step in kept.Where(step => !IsProgram(step) && !IsWebhook(step)))
        {
            await ApplyAsync(step, cancellation);
            if (step.Item.Resource == InstallKinds.Definitions)
                await installer.EstablishedAsync(step.Item, patience, cancellation);
        }

        if (gone.Find(IsWebhook) is { } webhook)
        {
            if (kept.Exists(step => step.Item.Resource == InstallKinds.MutatingPolicies))
                await HeardAsync("the policies", cancellation);
            await DeleteAsync(webhook, cancellation);
            await HeardAsync("the end of the webhook", cancellation);
        }

        var program = kept.Single(IsProgram);
        await ApplyAsync(program, cancellation);
        if (waits)
            await new Rollout(cluster, time, progress).WaitAsync(program.Item.Key, InstallSet.Image([program.Item]), patience, cancellation);
        if (kept.Find(IsWebhook) is { } wanted)
        {
            await EnterAsync(wanted, patience, waits, cancellation);
            if (gone.Count > 0)
            {
                await _entry.BoundAsync(wanted.Item, cancellation);
                await HeardAsync("the webhook", cancellation);
            }
        }

        foreach (var step in gone.Where(step => !IsWebhook(step)))
            await DeleteAsync(step, cancellation);
    }

    private static bool IsProgram(InstallStep step) => step.Item.Resource == InstallKinds.Deployments;

    private static bool IsWebhook(InstallStep step) => step.Item.Resource == InstallKinds.Webhooks;

    private static bool IsWantedWebhook(InstallStep step) => IsWebhook(step) && step.Change != InstallChange.Deleted;

    private async Task EnterAsync(InstallStep step, TimeSpan patience, bool waits, CancellationToken cancellation)
    {
        if (waits && (step.Change != InstallChange.Unchanged || (await _entry.FindUnansweredAsync(step.Item, cancellation)).Count > 0))
        {
            await _entry.ApplyAsync(step.Item, patience, cancellation);
            say(step);
        }
        else
        {
            await ApplyAsync(step, cancellation);
        }
    }

    private async Task ApplyAsync(InstallStep step, CancellationToken cancellation)
    {
        if (step.Change != InstallChange.Unchanged)
            await installer.ApplyAsync(step.Item, cancellation);
        say(step);
    }

    private async Task DeleteAsync(InstallStep step, CancellationToken cancellation)
    {
        await installer.DeleteAsync(step.Item, cancellation);
        say(step);
    }

    private async Task HeardAsync(string what, CancellationToken cancellation)
    {
        progress($"waiting until API servers have heard of {what}");
        await Task.Delay(Hearsay, time, cancellation);
    }
}
