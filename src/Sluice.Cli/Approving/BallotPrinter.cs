using Sluice.Api.Gates;
using Sluice.Api.Sources;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;

namespace Sluice.Cli.Approving;

/// <summary>Shows what is voted about: exactly what, what is there now, and what each gate wants and has.</summary>
internal static class BallotPrinter
{
    public static void Print(Terminal terminal, GatedSource source, CandidateStatus candidate, IReadOnlyList<GateBallot> ballots, DateTimeOffset now)
    {
        terminal.WriteLine(Printable.Line(source.Subject()));
        Line("Candidate", $"{candidate.Revision}{(candidate.Rollback == true ? " (a rollback)" : source.Status.ToState().ReturnedAt is not null ? " (released before, and back: approvals count anew)" : "")}");
        Line("Digest", candidate.Digest);
        Line("Since", RelativeTime.Both(candidate.Since, now));
        if (candidate.Supersedes is { } superseded)
            Line("Supersedes", superseded);
        if (candidate.Authors is { } authors)
            Line("Authors", string.Join(", ", authors));
        else if (ballots.Any(ballot => ballot.Rules?.SeparateFromCommitAuthor == true))
            Line("Authors", "not known");
        Line("Released", source.Released(now));
        if (SpecDifference.Of(source, candidate) is { } difference)
            terminal.WriteLine(Printable.Line($"  {difference}"), Tone.Waiting);
        var table = new TextTable("GATE", "STATE", "APPROVALS", "YOURS");
        foreach (var ballot in ballots)
        {
            var seen = candidate.Gates?.FirstOrDefault(gate => gate.Namespace == ballot.Reference.Namespace && gate.Name == ballot.Reference.Name);
            table.Add(
                ballot.Reference.ToString(),
                new Cell(seen?.State ?? "", seen?.State == GateStateNames.Opened ? Tone.Good : Tone.Waiting),
                VoteText.Of(ballot),
                VoteText.Own(ballot));
        }

        table.Print(terminal, indent: 2);

        void Line(string name, string value) => terminal.WriteLine(Printable.Line($"  {name,-12}{value}"));
    }
}
