using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Api.Metadata;
using Sluice.Cli.Cluster;
using Sluice.Cli.Explaining;
using Sluice.Cli.Output;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>get held</c>: every object that is held, by which gates, since when and until when.</summary>
internal static class GetHeldCommand
{
    public static Command Create(Host host, Option<bool> showManagedFields)
    {
        var additional = new AdditionalKindsOption();
        var command = new Command("held", "List every object that is held: by which gates, since when and until when") { additional };
        host.SetAction(command, async (context, arguments, cancellation) =>
            await RunAsync(context, await additional.FindAsync(context, arguments, cancellation), arguments.GetValue(showManagedFields), cancellation));
        return command;
    }

    /// <summary>The table.</summary>
    public static TextTable Table(IEnumerable<(GatedKind Kind, FluxObject Item, Hold Hold)> held, DateTimeOffset now, bool withNamespace, bool wide)
    {
        List<string> header = ["NAME", "HELD BY", "SINCE", "UNTIL"];
        if (withNamespace)
            header.Insert(0, "NAMESPACE");
        if (wide)
            header.Add("MESSAGE");
        var table = new TextTable([.. header]);
        foreach (var (kind, item, hold) in held)
        {
            List<Cell> row =
            [
                new TypedName(kind, item.Metadata.Name).ToString(),
                hold.IsUnheld ? new Cell(Printable.Line($"NOT HELD: {item.Annotation(GatedAnnotations.HeldBy)}"), Tone.Bad) : item.Annotation(GatedAnnotations.HeldBy),
                Times.Since(hold.Since, now, wide),
                Times.Until(hold.IsUnheld ? null : hold.Until, now, wide),
            ];
            if (withNamespace)
                row.Insert(0, item.Metadata.Namespace);
            if (wide)
                row.Add(item.Status.Conditions.FirstOrDefault(condition => condition.Type == ConditionTypes.Approved)?.Message);
            table.Add([.. row]);
        }

        return table;
    }

    private static async Task<int> RunAsync(CommandContext context, IReadOnlyList<ServedKind> additional, bool showManagedFields, CancellationToken cancellation)
    {
        var kinds = (await new Discovery(context.Cluster).FindAsync(GatedKind.OfFlux, cancellation)).Concat(additional).ToList();
        if (kinds.Count == 0)
            throw new CommandException($"the cluster serves none of Flux's kinds: Flux is not installed there ({context.Cluster.Origin})");
        var inNamespace = context.AllNamespaces ? null : context.Namespace;
        var lists = await Task.WhenAll(kinds.Select(kind => ListAsync(context, kind, inNamespace, cancellation)));
        var held = lists.SelectMany(list => list.Held)
            .OrderBy(found => found.Item.Metadata.Namespace, StringComparer.Ordinal)
            .ThenBy(found => found.Kind.Kind.Kind, StringComparer.Ordinal)
            .ThenBy(found => found.Item.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        if (context.IsForPrograms)
        {
            new ObjectPrinter(context, showManagedFields).Print([.. held.Select(found => (found.Kind.Resource, found.Json))]);
        }
        else if (held.Count > 0)
        {
            var lookups = await context.Cluster.LookUpAsync(held.SelectMany(found => Hold.References(found.Item)), cancellation);
            Table(held.Select(found => (found.Kind.Kind, found.Item, Hold.Read(found.Item, lookups))), context.Now, context.AllNamespaces, context.IsWide).Print(context.Terminal);
        }
        else if (Array.TrueForAll(lists, list => list.Refused is null))
        {
            await context.Terminal.Error.WriteLineAsync($"Nothing is held{(context.AllNamespaces ? "" : $" in namespace '{context.Namespace}'; -A looks in all")}.");
        }

        return Report(context, lists.Select(list => list.Refused).OfType<KubernetesApiException>().ToList());
    }

    private static async Task<(IReadOnlyList<HeldObject> Held, KubernetesApiException? Refused)> ListAsync(
        CommandContext context, ServedKind kind, string? inNamespace, CancellationToken cancellation)
    {
        try
        {
            var found = await context.Cluster.TryListAsync(kind.Resource, inNamespace, cancellation) ?? [];
            return ([.. found.Select(json => new HeldObject(kind, json, ClusterClient.ToFluxObject(json))).Where(held => Hold.Reasons(held.Item).Count > 0)], null);
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return ([], e);
        }
    }

    // What may be listed is shown all the same; the exit code says that it is not everything.
    private static int Report(CommandContext context, List<KubernetesApiException> refused)
    {
        foreach (var failure in refused)
            context.Terminal.Error.Write($"error: {Failure.Describe(failure, context.Cluster.Server, context.Cluster.Origin).Split('\n')[0]}\n");
        return refused.Count == 0 ? ExitCodes.Ok : ExitCodes.Failure;
    }

    private sealed record HeldObject(ServedKind Kind, JsonObject Json, FluxObject Item);
}
