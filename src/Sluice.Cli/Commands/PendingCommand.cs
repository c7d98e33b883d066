using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Api.Approvals;
using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Cli.Approving;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Commands;

/// <summary><c>pending</c>: every candidate that waits, since when, and for whom.</summary>
internal static class PendingCommand
{
    public static Command Create(Host host)
    {
        var mine = new Option<bool>("--mine") { Description = "Only those that wait for your approval: you may give it, and have not" };
        var command = new Command("pending", "List every candidate that waits to be released: since when, and for what or whom") { mine };
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, arguments.GetValue(mine), cancellation));
        return command;
    }

    /// <summary>The table.</summary>
    public static TextTable Table(
        IEnumerable<GatedSource> sources, IReadOnlyDictionary<GateReference, GateLookup> lookups, DateTimeOffset now, bool withNamespace, bool wide)
    {
        List<string> header = ["NAME", "CANDIDATE", "SINCE", "WAITS FOR", .. wide ? ["EXACT NAME", "RELEASED", "MESSAGE"] : Array.Empty<string>()];
        if (withNamespace)
            header.Insert(0, "NAMESPACE");
        var table = new TextTable([.. header]);
        foreach (var source in sources)
        {
            var candidate = source.Status!.Candidate!;
            List<Cell> row =
            [
                source.Metadata.Name,
                (wide ? candidate.Revision : RevisionText.Short(candidate.Revision)) + (candidate.Rollback == true ? " (rollback)" : ""),
                Times.Since(candidate.Since, now, wide),
                new WaitText(now).Of(source, lookups),
            ];
            if (wide)
                row.AddRange([candidate.ToCandidate().ExactName, source.Status.Released?.Revision, source.Status.FindCondition(ConditionTypes.Approved)?.Message]);
            table.Add(withNamespace ? [source.Metadata.Namespace, .. row] : [.. row]);
        }

        return table;
    }

    private static async Task<int> RunAsync(CommandContext context, bool mine, CancellationToken cancellation)
    {
        var waiting = (await new Finder(context.Cluster).GatedSourcesAsync(context.AllNamespaces ? null : context.Namespace, cancellation))
            .Select(json => (Json: json, Source: ClusterClient.ToGatedSource(json)))
            .Where(found => found.Source.Status?.Candidate is not null)
            .OrderBy(found => found.Source.Status!.Candidate!.Since)
            .ThenBy(found => found.Source.Key().ToString(), StringComparer.Ordinal)
            .ToList();
        var lookups = await context.Cluster.LookUpAsync(waiting.SelectMany(found => SourceGates.Of(found.Source)), cancellation);
        if (mine)
            waiting = await MineAsync(context, waiting, lookups, cancellation);
        if (context.IsForPrograms)
            new ObjectPrinter(context).Print([.. waiting.Select(found => (ClusterClient.GatedSources, found.Json))]);
        else if (waiting.Count == 0)
            await context.Terminal.Error.WriteLineAsync($"Nothing waits{(mine ? " for you" : "")}{(context.AllNamespaces ? "" : $" in namespace '{context.Namespace}'; -A looks in all")}.");
        else
            Table(waiting.Select(found => found.Source), lookups, context.Now, context.AllNamespaces, context.IsWide).Print(context.Terminal);
        return ExitCodes.Ok;
    }

    private static async Task<List<(JsonObject Json, GatedSource Source)>> MineAsync(
        CommandContext context, List<(JsonObject Json, GatedSource Source)> waiting, IReadOnlyDictionary<GateReference, GateLookup> lookups, CancellationToken cancellation)
    {
        var access = new Self(context.Cluster);
        var self = await access.WhoAmIAsync(cancellation);
        // Each gate is asked about once, however many wait at it.
        var asked = waiting.SelectMany(found => SourceGates.Of(found.Source)).Distinct().Where(gate => Wants(lookups[gate], self));
        var answers = await Task.WhenAll(asked.Select(async gate => (Gate: gate, May: await access.MayAsync("approve", ClusterClient.Gates, gate.Namespace, gate.Name, cancellation))));
        var may = answers.Where(answer => answer.May).Select(answer => answer.Gate).ToHashSet();
        return [.. waiting.Where(found => SourceGates.Of(found.Source).Any(gate => may.Contains(gate) && IsMissing(found.Source.Status!.Candidate!, gate, lookups[gate], self)))];
    }

    private static bool Wants(GateLookup lookup, Identity self) => lookup.Gate is { } gate && GateBallot.RulesOf(gate) is { } rules && GateBallot.Wants(rules, self);

    // Where somebody has rejected it, or enough have approved, another vote changes nothing.
    private static bool IsMissing(CandidateStatus candidate, GateReference gate, GateLookup lookup, Identity self)
    {
        var rules = GateBallot.RulesOf(lookup.Gate!)!;
        var votes = (candidate.Approvals ?? []).Where(vote => vote.Gate == gate.ToString()).ToList();
        return GateBallot.Separation(rules, self, candidate.Authors) is null && votes.TrueForAll(vote => vote.Decision == ApprovalSpec.Approve && vote.Approver != self.Username)
            && votes.Count < rules.Required;
    }
}
