using System.CommandLine.Completions;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Cli.Commands;
using Sluice.Cli.Releasing;
using Sluice.Kubernetes;

namespace Sluice.Cli.Completion;

/// <summary>Completions that the cluster knows. Nobody waits long for a completion, and none ever prints an error.</summary>
internal sealed class ClusterCompletions(Host host)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The names of gates.</summary>
    public IEnumerable<string> Gates(CompletionContext completion) => Ask(completion, async (context, cancellation) =>
        await NamesAsync(context, ClusterClient.Gates, cancellation));

    /// <summary>The names of gated sources.</summary>
    public IEnumerable<string> GatedSources(CompletionContext completion) => Ask(completion, async (context, cancellation) =>
        await NamesAsync(context, ClusterClient.GatedSources, cancellation));

    /// <summary>What <c>explain</c> can explain: gated sources, besides <see cref="Objects"/>.</summary>
    public IEnumerable<string> Explained(CompletionContext completion) => TypedSources(completion) ?? [$"{GatedSourceNames.Singular}/", .. Objects(completion)];

    /// <summary>What has a history.</summary>
    public IEnumerable<string> WithHistory(CompletionContext completion) => TypedSources(completion)
        ?? (completion.WordToComplete.StartsWith("gate/", StringComparison.Ordinal) ? Gates(completion).Select(name => $"gate/{name}") : [$"{GatedSourceNames.Singular}/", "gate/"]);

    private IEnumerable<string>? TypedSources(CompletionContext completion)
    {
        var slash = completion.WordToComplete.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && completion.WordToComplete[..slash] is var word && GatedSourceNames.IsKind(word) ? GatedSources(completion).Select(name => $"{word}/{name}") : null;
    }

    /// <summary><c>KIND/</c> until the kind is written, then the names of that kind.</summary>
    public IEnumerable<string> Objects(CompletionContext completion)
    {
        var slash = completion.WordToComplete.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return GatedKind.OfFlux.Select(kind => KindNames.Singular(kind) + "/");
        var word = completion.WordToComplete[..slash];
        return !KindNames.TryFind(word, GatedKind.OfFlux, out var kind) ? [] : Ask(completion, async (context, cancellation) =>
            await new Discovery(context.Cluster).FindAsync([kind], cancellation) is [var served]
                ? (await NamesAsync(context, served.Resource, cancellation)).Select(name => $"{word}/{name}")
                : []);
    }

    private static async Task<IEnumerable<string>> NamesAsync(CommandContext context, ApiResource resource, CancellationToken cancellation) =>
        (await context.Cluster.TryListAsync(resource, context.Namespace, cancellation) ?? []).Select(item => (string?)item["metadata"]?["name"] ?? "");

    private IEnumerable<string> Ask(CompletionContext completion, Func<CommandContext, CancellationToken, Task<IEnumerable<string>>> ask)
    {
        try
        {
            using var context = new CommandContext(host, completion.ParseResult);
            using var deadline = new CancellationTokenSource(Patience, host.Time);
            // System.CommandLine's completion sources are synchronous; there is no synchronization context to deadlock on.
            return [.. ask(context, deadline.Token).GetAwaiter().GetResult()];
        }
#pragma warning disable CA1031 // An option may be half written, or be wrong; whatever it is, whoever presses the tab key does not want to read it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }
}
