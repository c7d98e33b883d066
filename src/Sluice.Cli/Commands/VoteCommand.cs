using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Api.Approvals;
using Sluice.Api.Sources;
using Sluice.Cli.Approving;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;
using Sluice.Cli.Signing;
using Sluice.Gating.Gates;
using Sluice.Gating.Signatures;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>approve NAME</c> and <c>reject NAME</c>: records what the user says about the candidate of a gated source, and says what comes of it.</summary>
internal sealed class VoteCommand(bool approves)
{
    private readonly Option<string?> _revision = new("--revision")
    {
        Description = "Only if this is the candidate: its revision, its digest or DIGEST@SPECDIGEST, in full; the last is exact, and not asked about",
        HelpName = "REVISION",
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Why; recorded, and shown to whoever asks", HelpName = "TEXT" };

    private readonly Option<TimeSpan?> _expiresIn = new("--expires-in")
    {
        Description = "How long it counts, for example 24h; default: as long as the gate says",
        HelpName = "DURATION",
        CustomParser = argument =>
        {
            if (GoDuration.TryParse(argument.Tokens[0].Value, out var span) && span > TimeSpan.Zero)
                return span;
            argument.AddError($"--expires-in: '{argument.Tokens[0].Value}' is not a duration greater than zero, for example 24h");
            return null;
        },
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be recorded; the API server checks everything and stores nothing" };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };

    private readonly Option<bool> _wait = new("--wait")
    {
        Description = "Wait until sluice-controller has counted it; --wait=false only records it",
        DefaultValueFactory = _ => true,
    };

    // A rejection counts without a signature.
    private readonly SigningOptions _signing = new(hereAlone: !approves);

    private string Verb => approves ? "approve" : "reject";

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        var (name, gate) = (GatedSourceArgument.Create(host), GatedSourceArgument.Gate(host));
        _reason.Required = !approves;
        var command = approves
            ? new Command("approve", "Approve the candidate of a GatedSource: that revision alone, at the gates that want approvals") { name, gate, _revision, _reason, _expiresIn, _dryRun, _yes, _wait }
            : new Command("reject", "Reject the candidate of a GatedSource: it does not pass until that is revoked") { name, gate, _revision, _reason, _expiresIn, _dryRun, _wait };
        _signing.AddTo(command);
        host.SetAction(command, (context, arguments, cancellation) =>
            RunAsync(context, arguments, GatedSourceNames.Parse(arguments.GetRequiredValue(name), context.Namespace), arguments.GetValue(gate), cancellation));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, ObjectKey key, string? gate, CancellationToken cancellation)
    {
        if (!approves && string.IsNullOrWhiteSpace(arguments.GetValue(_reason)))
            throw CommandException.Usage("--reason is empty: say why it is rejected; whoever wrote it reads this");
        var signatory = _signing.Read(context, arguments);
        using var disposed = signatory?.Key;
        if (signatory?.Statement is not null && (arguments.GetValue(_reason) is not null || arguments.GetValue(_expiresIn) is not null))
            throw CommandException.Usage("--reason and --expires-in are part of what is signed: give them with --statement-only");
        var isStatementOnly = _signing.IsStatementOnly(arguments);
        var source = ClusterClient.ToGatedSource(await new Finder(context.Cluster).GatedSourceAsync(key, cancellation));
        var candidate = source.Waiting(context.Now, context.Program);
        RequireRevision(source, candidate, arguments.GetValue(_revision));
        var self = await new Self(context.Cluster).WhoAmIAsync(cancellation);
        var all = await new BallotReader(context.Cluster, self, context.Now).ReadAsync(source, candidate.ToCandidate(), SourceGates.Of(source, gate), cancellation);
        var ballots = Usable(context, source, all, gate is not null, signatory is not null || isStatementOnly);
        if (signatory?.Statement is { } signed)
            ballots = [Signed(source, ballots, signed)];
        if (isStatementOnly)
            return PrintStatement(context, arguments, source, candidate, ballots);
        // Before anybody is asked: what would not count need not be confirmed.
        var approvals = ballots.ConvertAll(ballot => (Ballot: ballot, Approval: Make(context, arguments, source, ballot, signatory)));
        var open = ballots.Where(ballot => !ballot.HasVoted(approves)).ToList();
        var dryRun = arguments.GetValue(_dryRun);
        if (!context.IsForPrograms)
            BallotPrinter.Print(dryRun ? context.Terminal : context.Terminal.OnError(), source, candidate, all, context.Now);
        // What was signed is exact.
        if (approves && open.Count > 0 && !dryRun && signatory?.Statement is null)
            await ConfirmAsync(context, source, candidate, arguments.GetValue(_revision), arguments.GetValue(_yes), $"You ('{self.Username}') approve {candidate.Revision} at {VoteText.Gates(open)}.");

        List<JsonObject> written = [];
        foreach (var (ballot, approval) in approvals)
            written.Add(await WriteAsync(context, source, ballot, approval, dryRun, cancellation));
        if (context.IsForPrograms)
            new ObjectPrinter(context).Print([.. written.Select(json => (ClusterClient.Approvals, json))]);
        if (!dryRun && arguments.GetValue(_wait))
            await WaitAsync(context, source, candidate, [.. written.Select(ClusterClient.ToApproval)], ballots.Exists(ballot => ballot.Rules!.SeparateFromCommitAuthor), cancellation);
        return ExitCodes.Ok;
    }

    /// <summary>Asks, unless it was said that nobody is to be, or exactly what is approved.</summary>
    private static async Task ConfirmAsync(CommandContext context, GatedSource source, CandidateStatus candidate, string? revision, bool yes, string what)
    {
        var exactly = candidate.ToCandidate().ExactName;
        if (revision == exactly)
            return;
        // A script that names a revision is not asked, and has not been shown what else is new.
        if (context.IsForPrograms && SpecDifference.Of(source, candidate) is { } unshown)
            what = $"{unshown}. {what}";
        var isAsked = !yes && (revision is null || !Console.IsInputRedirected);
        if (isAsked && !await Confirmation.AskAsync(context, what))
            throw new CommandException($"not confirmed, so nothing is approved; --yes does not ask, nor does --revision {ShellWord.Of(exactly)}");
        if (!isAsked && revision is not null && SpecDifference.Of(source, candidate) is { } difference)
        {
            throw new CommandException($"nothing is approved: '{revision}' does not say with which spec of its source\n{difference}\n"
                + $"to approve exactly that, say --revision {ShellWord.Of(exactly)} instead");
        }
    }

    // In full alone: of an abbreviation there can be two, and somebody who may push can see to it that there are.
    private void RequireRevision(GatedSource source, CandidateStatus candidate, string? revision)
    {
        if (revision is null || candidate.ToCandidate().IsNamedBy(revision))
            return;
        if (RevisionText.IsAbbreviation(revision, candidate.Revision) || RevisionText.IsAbbreviation(revision, candidate.Digest))
            throw CommandException.Usage($"--revision: '{revision}' is an abbreviation, which another commit can be made to fit; expected it in full. The candidate of {source.Subject()} is\n{candidate.Revision}\n{candidate.Digest}");
        var found = source.Status?.Released?.ToCandidate().IsNamedBy(revision) == true ? ", which is released already"
            : candidate.Supersedes == revision ? ", which it supersedes" : "";
        throw new CommandException($"nothing is {Verb}{(approves ? "d" : "ed")}: the candidate of {source.Subject()} is not '{revision}'{found}, but\n{candidate.Revision}\n{candidate.Digest}");
    }

    /// <summary>The gates at which the user can say it; the others are named, or are an error where there is none else.</summary>
    private List<GateBallot> Usable(CommandContext context, GatedSource source, IReadOnlyList<GateBallot> all, bool isOne, bool isSigned)
    {
        var usable = all.Where(ballot => ballot.Refusal(approves, isSigned) is null).ToList();
        // What wants no approvals is no news, unless it was asked for.
        var refused = all.Where(ballot => ballot.Refusal(approves, isSigned) is not null && (isOne || ballot.Problem is not null || ballot.Rules is not null)).ToList();
        if (usable.Count > 0)
        {
            foreach (var ballot in refused)
                context.Warn($"not at gate {ballot.Reference}: {ballot.Refusal(approves, isSigned)}");
            return usable;
        }

        var lines = refused.Select(ballot => $"\nat gate {ballot.Reference}: {ballot.Refusal(approves, isSigned)}{Hint(context, source, ballot)}");
        throw new CommandException(refused.Count > 0 ? $"you can {Verb} nothing of {source.Subject()}{string.Concat(lines)}"
            : $"{source.Subject()} wants no approvals: none of its gates has spec.approvals ({VoteText.Gates(all)})\nto let the candidate through, open what is closed: {context.Program} open GATE --revision {ShellWord.Of(source.Status!.Candidate!.ToCandidate().ExactName)}");
    }

    private string Hint(CommandContext context, GatedSource source, GateBallot ballot) =>
        approves && ballot.HasVoted(approves: false) ? $": {context.Program} revoke {source.Metadata.Name} -n {source.Metadata.Namespace} --gate {ballot.Reference}" : "";

    /// <summary>What is to be signed, for the one gate that it is for.</summary>
    private int PrintStatement(CommandContext context, ParseResult arguments, GatedSource source, CandidateStatus candidate, List<GateBallot> ballots)
    {
        if (ballots.Count > 1)
            throw CommandException.Usage($"--statement-only: it could be for each of {VoteText.Gates(ballots)}, and a statement is for one: say which with --gate");
        var statement = Signatory.NewStatement(Make(context, arguments, source, ballots[0], null), context.Now);
        BallotPrinter.Print(context.Terminal.OnError(), source, candidate, ballots, context.Now);
        context.Terminal.Output.Write(Encoding.UTF8.GetString(statement.ToBytes()) + "\n");
        context.Terminal.Error.Write(
            $"Nothing is recorded. Sign exactly these bytes within an hour, and give both back:\n"
            + $"  cosign sign-blob --key cosign.key --bundle bundle.json statement.json\n"
            + $"  {context.Program} {Verb} {source.Metadata.Name} -n {source.Metadata.Namespace} --statement statement.json --bundle bundle.json\n");
        return ExitCodes.Ok;
    }

    /// <summary>The ballot that a statement is for.</summary>
    private static GateBallot Signed(GatedSource source, List<GateBallot> ballots, ApprovalStatement statement) =>
        ballots.Find(ballot => ballot.Gate!.Metadata.Uid == statement.Claim.Gate.Uid)
        ?? throw new CommandException($"nothing is recorded: what was signed is for gate {statement.Claim.Gate.Namespace}/{statement.Claim.Gate.Name} with uid {statement.Claim.Gate.Uid}, and {source.Subject()} waits at {VoteText.Gates(ballots)}");

    /// <summary>The approval, signed where it is to be, and known to count then.</summary>
    private Approval Make(CommandContext context, ParseResult arguments, GatedSource source, GateBallot ballot, Signatory? signatory)
    {
        var expiresAt = signatory?.Statement is { } statement ? statement.Claim.ExpiresAt
            : arguments.GetValue(_expiresIn) is { } span ? Rfc3339.WholeSecond(context.Now + span) : (DateTimeOffset?)null;
        var reason = signatory?.Statement is { } says ? says.Claim.Reason : arguments.GetValue(_reason);
        var approval = ApprovalBody.Make(source, ballot, approves, reason, expiresAt);
        if (signatory is null || ballot.HasVoted(approves))
            return approval;
        var signed = signatory.Sign(approval, context.Now);
        if (signatory.Statement?.Claim.Differs(approval.ToClaim(), out var what) == true)
            throw new CommandException($"nothing is recorded: what was signed is not what waits: {what} differs\nthe candidate of {source.Subject()} is {ballot.Candidate.Revision}, {ballot.Candidate.Digest}");
        if (approves && ballot.Rules!.Keys is { } keys && Signatory.Fault(signed, keys, context.Now) is { } fault)
            throw new CommandException($"nothing is recorded, for it would not count at gate {ballot.Reference}: {fault}\nits keys are {string.Join(", ", keys.All.Select(key => key.Username is null ? key.Name : $"{key.Name} (of {key.Username})"))}");
        return signed;
    }

    private async Task<JsonObject> WriteAsync(CommandContext context, GatedSource source, GateBallot ballot, Approval approval, bool dryRun, CancellationToken cancellation)
    {
        var (json, isNew) = await FindOwnAsync(context, approval, ballot, cancellation) is { } own ? (own, false)
            : await new VoteWriter(context.Cluster, dryRun).WriteAsync(approval, ballot, context.Now, cancellation);
        var vote = ClusterClient.ToApproval(json).ToVote(ballot.Rules!);
        // Later than the ballot was read: what was signed meanwhile counts from then.
        var after = isNew ? ballot with { Now = context.Now, Votes = [.. ballot.Votes.Where(other => other.Name != vote.Name), vote] } : ballot;
        if (!context.IsForPrograms)
        {
            context.Terminal.WriteLine(Printable.Line(
                $"{(isNew ? "" : "Already ")}{(isNew ? approves ? "Approved" : "Rejected" : approves ? "approved" : "rejected")} {ballot.Candidate.Revision} of {source.Subject()} at gate {ballot.Reference}: "
                + $"{VoteText.Of(after)}{(dryRun ? " (dry run)" : "")}"), approves ? Tone.Good : Tone.Waiting);
        }

        return json;
    }

    // Whatever it is called: somebody may have written it by hand.
    private async Task<JsonObject?> FindOwnAsync(CommandContext context, Approval approval, GateBallot ballot, CancellationToken cancellation)
    {
        if (ballot.Own(approves) is not { } vote)
            return null;
        return ballot.AreCounted ? ApprovalBody.ToJson(approval with { Metadata = new() { Name = vote.Name, Namespace = ballot.Reference.Namespace } })
            : await context.Cluster.TryGetAsync(ClusterClient.Approvals, new ObjectKey(ballot.Reference.Namespace, vote.Name), cancellation);
    }

    private async Task WaitAsync(CommandContext context, GatedSource before, CandidateStatus candidate, IReadOnlyList<Approval> written, bool isSeparated, CancellationToken cancellation)
    {
        var voted = candidate.ToCandidate();
        var (source, isSeen, patience) = await ReleaseWatch.UntilAsync(context, before.Key(), source => !Waits(source, voted) || Counts(source.Status!.Candidate!, written), cancellation);
        if (Waits(source, voted))
        {
            var waits = new WaitText(context.Now).Of(source);
            if (!isSeen)
            {
                throw new CommandException($"it is recorded, but sluice-controller has not counted it within {GoDuration.Format(patience)}; {source.Subject()} waits for {waits}\n"
                    + $"ask '{context.Program} check' whether one runs{(approves && isSeparated ? "; an approval by who wrote the commit is not counted" : "")}");
            }

            if (!context.IsForPrograms)
                context.Terminal.WriteLine(Printable.Line(approves ? $"It waits for {waits}." : $"It does not pass. To take that back: {context.Program} revoke {source.Metadata.Name} -n {source.Metadata.Namespace}"));
            return;
        }

        if (source.Status?.Released?.ToCandidate() != voted)
            throw new CommandException($"{candidate.Revision} is the candidate no more: {(source.Status?.Candidate is { } next ? $"{next.Revision} has superseded it, and what was said about the one is not said about the other" : "nothing waits")}");
        if (!approves)
            throw new CommandException($"{candidate.Revision} was released before it was rejected, and stays so: to have an earlier one back, see '{context.Program} rollback {source.Metadata.Name} -n {source.Metadata.Namespace}'");
        if (!context.IsForPrograms)
            context.Terminal.WriteLine(Printable.Line($"It is released: {source.Status.Released.Message ?? source.Status.Released.Reason}"), Tone.Good);
    }

    private static bool Waits(GatedSource source, Candidate candidate) => source.Status?.Candidate?.ToCandidate() == candidate;

    private static bool Counts(CandidateStatus candidate, IReadOnlyList<Approval> written) =>
        written.All(approval => candidate.Approvals?.Any(vote =>
            vote.Name == approval.Metadata.Name && vote.Gate == $"{approval.Metadata.Namespace}/{approval.Spec.Gate.Name}") == true);
}
