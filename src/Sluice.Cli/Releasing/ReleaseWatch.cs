using Sluice.Api.Sources;
using Sluice.Cli.Cluster;
using Sluice.Cli.Commands;
using Sluice.Kubernetes;

namespace Sluice.Cli.Releasing;

/// <summary>Waits until sluice-controller has looked at what was written.</summary>
internal static class ReleaseWatch
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits, <c>--timeout</c> long at most.</summary>
    /// <param name="context">The command.</param>
    /// <param name="key">The gated source.</param>
    /// <param name="isSeen">Whether its status shows what is waited for.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The gated source as it was last, whether it shows that, and how long was waited.</returns>
    public static async Task<(GatedSource Source, bool IsSeen, TimeSpan Patience)> UntilAsync(
        CommandContext context, ObjectKey key, Func<GatedSource, bool> isSeen, CancellationToken cancellation)
    {
        var patience = context.Timeout ?? DefaultPatience;
        var started = context.Time.GetTimestamp();
        while (true)
        {
            var source = ClusterClient.ToGatedSource(await new Finder(context.Cluster).GatedSourceAsync(key, cancellation));
            if (isSeen(source))
                return (source, true, patience);
            if (context.Time.GetElapsedTime(started) >= patience)
                return (source, false, patience);
            await Task.Delay(Pause, context.Time, cancellation);
        }
    }
}
