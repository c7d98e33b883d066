using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Api.Approvals;
using Sluice.Api.Sources;
using Sluice.Cli.Approving;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>revoke NAME</c>: takes back what the user has said about the candidate of a gated source.</summary>
internal sealed class RevokeCommand
{
    private readonly Option<string?> _revision = new("--revision")
    {
        Description = "About this revision or digest; default: about the candidate",
        HelpName = "REVISION",
    };

    private readonly Option<bool> _all = new("--all") { Description = "About every revision" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be taken back, and do nothing" };

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        var (name, gate) = (GatedSourceArgument.Create(host), GatedSourceArgument.Gate(host));
        var command = new Command("revoke", "Take back what you have approved or rejected of a GatedSource") { name, gate, _revision, _all, _dryRun };
        host.SetAction(command, (context, arguments, cancellation) =>
            RunAsync(context, arguments, GatedSourceNames.Parse(arguments.GetRequiredValue(name), context.Namespace), arguments.GetValue(gate), cancellation));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, ObjectKey key, string? gate, CancellationToken cancellation)
    {
        var (revision, all, dryRun) = (arguments.GetValue(_revision), arguments.GetValue(_all), arguments.GetValue(_dryRun));
        if (all && revision is not null)
            throw CommandException.Usage("--all and --revision contradict each other: leave one out");
        var source = ClusterClient.ToGatedSource(await new Finder(context.Cluster).GatedSourceAsync(key, cancellation));
        var self = await new Self(context.Cluster).WhoAmIAsync(cancellation);
        var gates = SourceGates.Of(source, gate);
        var reader = new BallotReader(context.Cluster, self, context.Now);
        var own = (await reader.ApprovalsAsync(source, gates.Select(reference => reference.Namespace), cancellation))
            .Where(found => found.Approval.Spec.Approver.Username == self.Username && gates.Contains(GateOf(found.Approval))).ToList();
        var meant = all ? own : [.. own.Where(found => IsMeant(source, found.Approval.Spec.ToCandidate(), revision))];
        if (meant.Count == 0)
            throw new CommandException(Nothing(context, source, self, gate, revision, all, [.. own.Select(found => found.Approval)]));

        List<JsonObject> revoked = [];
        foreach (var (approval, json) in meant)
        {
            var at = new ObjectKey(approval.Metadata.Namespace ?? "", approval.Metadata.Name);
            if (!dryRun && !await context.Cluster.DeleteAsync(ClusterClient.Approvals, at, new DeleteOptions { Uid = approval.Metadata.Uid }, cancellation))
                continue;
            revoked.Add(json);
            if (!context.IsForPrograms)
                context.Terminal.WriteLine(Printable.Line($"Revoked your {(approval.Spec.Decision == ApprovalSpec.Approve ? "approval" : "rejection")} of {approval.Spec.Revision} at gate {GateOf(approval)}{(dryRun ? " (dry run)" : "")}."));
        }

        if (context.IsForPrograms)
            new ObjectPrinter(context).Print([.. revoked.Select(json => (ClusterClient.Approvals, json))]);
        else if (!dryRun)
            await TellAsync(context, source, [.. meant.Select(found => found.Approval)], reader, cancellation);
        return ExitCodes.Ok;
    }

    /// <summary>What that changed.</summary>
    private static async Task TellAsync(CommandContext context, GatedSource source, IReadOnlyList<Approval> revoked, BallotReader reader, CancellationToken cancellation)
    {
        foreach (var candidate in revoked.Select(approval => approval.Spec.ToCandidate()).Distinct())
        {
            if (source.Status?.Candidate?.ToCandidate() == candidate)
            {
                foreach (var ballot in await reader.ReadAsync(source, candidate, [.. revoked.Where(approval => approval.Spec.ToCandidate() == candidate).Select(GateOf).Distinct()], cancellation))
                    context.Terminal.WriteLine(Printable.Line($"The candidate has {VoteText.Of(ballot)} at gate {ballot.Reference}."));
            }
            else if (source.Status?.Released?.ToCandidate() == candidate)
            {
                context.Terminal.WriteLine(Printable.Line($"It stays released: to have an earlier one back, see '{context.Program} rollback {source.Metadata.Name} -n {source.Metadata.Namespace}'."));
            }
            else
            {
                context.Terminal.WriteLine(Printable.Line($"{candidate.Revision} is not the candidate, so that nothing changes by it now."));
            }
        }
    }

    private static bool IsMeant(GatedSource source, Candidate candidate, string? revision) => revision is null
        ? source.Status?.Candidate?.ToCandidate() == candidate
        : candidate.IsNamedBy(revision) || RevisionText.IsAbbreviation(revision, candidate.Revision) || RevisionText.IsAbbreviation(revision, candidate.Digest);

    private static string Nothing(CommandContext context, GatedSource source, Identity self, string? gate, string? revision, bool all, IReadOnlyList<Approval> own)
    {
        var about = revision is not null ? $"'{revision}'" : all ? "any revision" : source.Status?.Candidate is { } candidate ? $"the candidate {candidate.Revision}" : "a candidate: nothing waits";
        var at = gate is null ? "" : $" at gate '{gate}'";
        var known = own.Select(approval => approval.Spec.Revision).Distinct().ToList();
        return $"there is nothing to revoke: you ('{self.Username}') have said nothing about {about} of {source.Subject()}{at}"
            + (known.Count == 0 ? "" : $"\nwhat you have said is about {string.Join(", ", known)}: name one with --revision, or --all; '{context.Program} get gatedsources' shows what waits");
    }

    private static GateReference GateOf(Approval approval) => new(approval.Metadata.Namespace ?? "", approval.Spec.Gate.Name);
}
