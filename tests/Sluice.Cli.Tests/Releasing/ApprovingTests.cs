using System.Globalization;
using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;
using static Sluice.Cli.Tests.Releasing.GatedApp;

namespace Sluice.Cli.Tests.Releasing;

/// <summary>What people do to have a candidate released, on a real API server with its policies and the real controller; each person with their own rights.</summary>
public sealed class ApprovingTests(ReleasingCluster cluster) : IClassFixture<ReleasingCluster>
{
    private const string TwoOfSre = "{default: opened, approvals: {required: 2, from: [{kind: Group, name: sre}]}}";
    private const string One = "{default: opened, approvals: {required: 1}}";
    private const string Patience = "--timeout 40s";

    [Fact]
    public async Task A_candidate_waits_for_two_people_is_released_when_they_approve_it_and_is_rolled_back_through_the_same_gate()
    {
        var app = await StartAsync(cluster, "two-people", TwoOfSre);
        await app.OfferAsync('b');
        var (alice, bob, olga) = (await app.AsAsync("alice"), await app.AsAsync("bob", input: "y\n"), await app.AsAsync("olga", "sluice-operator"));
        (await alice.RunAsync($"pending -n {app.Namespace}")).Succeeded().Rows.Should().HaveCount(2)
            .And.ContainMatch($"app main@sha1:bbbbbbbb *s {app.Namespace}/release: 0 of 2 approvals, from group sre");
        (await alice.RunAsync($"pending -n {app.Namespace} -o wide")).Succeeded().Output.Should().Contain(Revision('b')).And.Contain(Digest('b')).And.Contain(Revision('a'));
        (await alice.RunAsync($"pending --mine -n {app.Namespace} -o name")).Succeeded().Output.Should().Be("gatedsource.gating.toolkit.fluxcd.io/app\n");
        (await olga.RunAsync($"pending --mine -n {app.Namespace}")).Succeeded().Error.Should().StartWith("Nothing waits for you in namespace");

        var approved = (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --reason CHG-7 --revision {Revision('b')}")).Succeeded();
        approved.Output.Should().Be(
            $"Approved {Revision('b')} of GatedSource {app.Namespace}/app at gate {app.Namespace}/release: 1 of 2 approvals (alice), from group sre\n"
            + $"It waits for {app.Namespace}/release: 1 of 2 approvals (alice).\n");
        approved.Error.Should().Contain(Digest('b')).And.Contain($"Released    {Revision('a')}");
        (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes")).Succeeded().Output.Should().StartWith($"Already approved {Revision('b')}");
        (await app.VotesAsync()).Should().Equal("alice approve");
        (await alice.RunAsync($"pending --mine -n {app.Namespace}")).Succeeded().Output.Should().BeEmpty("alice has voted");

        var asked = (await bob.RunAsync($"approve gatedsource/app -n {app.Namespace} {Patience}")).Succeeded();
        asked.Error.Should().Contain($"You ('bob') approve {Revision('b')} at gate {app.Namespace}/release.\nGo on? [y/N] ");
        asked.Rows[^1].Should().StartWith("It is released: ");
        (await app.StatusAsync())["released"]!["revision"]!.GetValue<string>().Should().Be(Revision('b'));
        (await bob.RunAsync($"pending -n {app.Namespace}")).Succeeded().Error.Should().Be($"Nothing waits in namespace '{app.Namespace}'; -A looks in all.\n");
        (await bob.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should().StartWith($"error: GatedSource {app.Namespace}/app has no candidate: nothing waits, and {Revision('b')} (");

        var history = (await olga.RunAsync($"history gatedsource/app -n {app.Namespace}")).Succeeded().Rows;
        history[0].Should().Be("REVISION DIGEST RELEASED BY REASON");
        history[1].Should().MatchRegex(@"^main@sha1:bbbbbbbb sha256:bbbbbbbb \S+ ago alice, bob GateOpened$");
        history[2].Should().MatchRegex(@"^main@sha1:aaaaaaaa sha256:aaaaaaaa \S+ ago - Initial$");

        var back = (await olga.RunAsync($"rollback app -n {app.Namespace} {Patience} --to aaaaaaaa")).Succeeded();
        back.Output.Should().Contain($"goes back to {Revision('a')} when its gates let it: it waits for {app.Namespace}/release: 0 of 2 approvals.");
        (await cluster.ControlPlane.Kubectl.RunAsync("-n", app.Namespace, "get", "gatedsource", "app", "-o", "jsonpath={.metadata.annotations}")).Should()
            .Contain($"\"gating.toolkit.fluxcd.io/rollback-to\":\"{Revision('a')}\"").And.Contain("\"gating.toolkit.fluxcd.io/rollback-requestedBy\":\"olga\"");
        (await alice.RunAsync($"pending -n {app.Namespace}")).Succeeded().Rows[1].Should().StartWith("app main@sha1:aaaaaaaa (rollback) ");
        foreach (var person in new[] { alice, bob })
            (await person.RunAsync($"approve app -n {app.Namespace} {Patience} --yes")).Succeeded();
        (await app.StatusAsync())["released"]!["by"]!.GetValue<string>().Should().Be("olga, alice, bob");
        var decisions = (await olga.RunAsync($"history gsrc/app -n {app.Namespace} --decisions")).Succeeded().Rows;
        decisions[0].Should().Be("DECISION REVISION AT BY REASON");
        decisions[1].Should().MatchRegex(@"^RolledBack main@sha1:aaaaaaaa \S+ ago olga\b.* Rollback$");
        (await olga.RunAsync($"history gsrc/app -n {app.Namespace} --decisions -o json")).Succeeded().Json.AsArray().Select(entry => (string?)entry!["decision"])
            .Should().Equal("RolledBack", "ApprovalGiven", "RollbackRequested", "Released", "ApprovalGiven", "CandidateWaiting", "Released");
        (await olga.RunAsync($"history gsrc/app -n {app.Namespace} -o json")).Succeeded().Json.AsArray().Select(record => (string?)record!["reason"]).Should().Equal("Rollback", "GateOpened", "Initial");
        (await olga.RunAsync($"rollback app -n {app.Namespace} --to {Digest('a')}")).FailedWith(1).Error.Should().Contain("there is nothing to roll back");
    }

    [Fact]
    public async Task What_was_released_before_and_comes_back_is_approved_once_more()
    {
        var app = await StartAsync(cluster, "back", One);
        var alice = await app.AsAsync("alice");
        foreach (var digit in new[] { 'b', 'c' })
        {
            await app.OfferAsync(digit);
            (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes")).Succeeded().Output.Should().Contain("It is released: ");
        }

        await app.OfferAsync('b');
        (await alice.RunAsync($"explain gsrc/app -n {app.Namespace}")).Succeeded().Output.Should().Contain("It was released before, and its source went back to it: approvals later than that count.");
        await app.UntilAsync("a second is over", status => DateTimeOffset.Parse((string)status["candidate"]!["since"]!, CultureInfo.InvariantCulture).AddSeconds(1) < TimeProvider.System.GetUtcNow());
        var approved = (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes")).Succeeded();
        approved.Error.Should().Contain($"Candidate   {Revision('b')} (released before, and back: approvals count anew)");
        approved.Output.Should().StartWith($"Approved {Revision('b')}").And.Contain("1 of 1 approvals (alice)").And.Contain("It is released: ");
        (await app.VotesAsync()).Should().Equal("alice approve", "alice approve");
    }

    [Fact]
    public async Task Somebody_who_rejects_blocks_it_until_they_take_that_back()
    {
        var app = await StartAsync(cluster, "rejected", One);
        await app.OfferAsync('b');
        var (alice, bob) = (await app.AsAsync("alice"), await app.AsAsync("bob"));
        (await alice.RunAsync($"reject app -n {app.Namespace}")).FailedWith(2).Error.Should().Contain("Option '--reason' is required");
        (await alice.RunAsync($"reject app -n {app.Namespace} --reason {{0}}", " ")).FailedWith(2).Error.Should().StartWith("error: --reason is empty");
        (await alice.RunAsync($"reject app -n {app.Namespace} {Patience} --reason {{0}}", "breaks the login")).Succeeded().Rows.Should().Equal(
            $"Rejected {Revision('b')} of GatedSource {app.Namespace}/app at gate {app.Namespace}/release: rejected by alice: breaks the login",
            $"It does not pass. To take that back: sluice revoke app -n {app.Namespace}");
        (await bob.RunAsync($"pending -n {app.Namespace}")).Succeeded().Rows.Should().ContainMatch($"app * {app.Namespace}/release: rejected by alice: breaks the login");
        (await bob.RunAsync($"pending --mine -n {app.Namespace}")).Succeeded().Output.Should().BeEmpty("another vote changes nothing");
        (await bob.RunAsync($"approve app -n {app.Namespace} {Patience} --yes")).Succeeded().Rows[^1].Should().Be($"It waits for {app.Namespace}/release: rejected by alice: breaks the login.");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should()
            .Contain($"at gate {app.Namespace}/release: you have rejected it there, which blocks it whatever else is said")
            .And.Contain($"sluice revoke app -n {app.Namespace} --gate {app.Namespace}/release");
        (await app.VotesAsync()).Should().Equal("alice reject", "bob approve");

        (await alice.RunAsync($"revoke app -n {app.Namespace} --dry-run")).Succeeded().Output.Should().EndWith(" (dry run).\n");
        (await app.VotesAsync()).Should().HaveCount(2);
        (await alice.RunAsync($"revoke app -n {app.Namespace} --gate release")).Succeeded().Rows.Should().Equal(
            $"Revoked your rejection of {Revision('b')} at gate {app.Namespace}/release.", $"The candidate has 1 of 1 approvals (bob) at gate {app.Namespace}/release.");
        await app.UntilAsync("b is released, which bob has approved", status => (string?)status["released"]?["revision"] == Revision('b'));
        (await bob.RunAsync($"revoke app -n {app.Namespace}")).FailedWith(1).Error.Should().Contain("you ('bob') have said nothing about a candidate").And.Contain(Revision('b'));
        (await bob.RunAsync($"revoke app -n {app.Namespace} --revision bbbbbbb")).Succeeded().Output.Should().Contain("It stays released");
        (await app.VotesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_revision_that_is_named_is_approved_and_no_other()
    {
        var app = await StartAsync(cluster, "named-revision", One);
        await app.OfferAsync('b');
        await app.OfferAsync('c');
        var alice = await app.AsAsync("alice");
        (await alice.RunAsync($"approve app -n {app.Namespace} --revision {Revision('b')}")).FailedWith(1).Error.Should()
            .Be($"error: nothing is approved: the candidate of GatedSource {app.Namespace}/app is not '{Revision('b')}', which it supersedes, but\n       {Revision('c')}\n       {Digest('c')}\n");
        (await alice.RunAsync($"approve app -n {app.Namespace} --revision {Revision('a')}")).FailedWith(1).Error.Should().Contain("which is released already");
        (await alice.RunAsync($"approve app -n {app.Namespace} --revision cccccccc")).FailedWith(2).Error.Should()
            .StartWith("error: --revision: 'cccccccc' is an abbreviation, which another commit can be made to fit").And.Contain(Revision('c'));
        (await alice.RunAsync($"approve app -n {app.Namespace}")).FailedWith(1).Error.Should().Contain("error: not confirmed, so nothing is approved");
        (await alice.RunAsync($"approve app -n {app.Namespace} --dry-run")).Succeeded().Output.Should().Contain(Digest('c')).And.EndWith(": 1 of 1 approvals (alice) (dry run)\n");
        (await app.VotesAsync()).Should().BeEmpty();
        (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --revision {Digest('c')}")).Succeeded().Rows[^1].Should().StartWith("It is released");
    }

    [Fact]
    public async Task That_the_spec_of_the_source_differs_is_shown_and_a_revision_alone_does_not_approve_it()
    {
        var app = await StartAsync(cluster, "spec-differs", One);
        await app.IgnoreAsync("secrets/");
        await app.OfferAsync('b', generation: 2);
        var alice = await app.AsAsync("alice");
        const string Difference = "The source's spec differs from what is released in: ignore";
        (await alice.RunAsync($"explain gsrc/app -n {app.Namespace}")).Succeeded().Output.Should().Contain($"\n{Difference}.\n");
        (await alice.RunAsync($"approve app -n {app.Namespace} --dry-run")).Succeeded().Output.Should().Contain($"\n  {Difference}\n");

        var exactly = await app.ExactNameAsync();
        (await alice.RunAsync($"pending -n {app.Namespace} -o wide")).Succeeded().Output.Should().Contain($" {exactly} ");
        foreach (var named in new[] { Revision('b'), Digest('b') })
        {
            (await alice.RunAsync($"approve app -n {app.Namespace} --revision {named}")).FailedWith(1).Error.Should().EndWith(
                $"error: nothing is approved: '{named}' does not say with which spec of its source\n       {Difference}\n"
                + $"       to approve exactly that, say --revision {exactly} instead\n");
        }

        // For programs nothing is printed but the question, so that has it.
        var asked = (await alice.RunAsync($"approve app -n {app.Namespace} -o json")).FailedWith(1);
        asked.Error.Should().StartWith($"{Difference}. You ('alice') approve {Revision('b')} at gate {app.Namespace}/release.\nGo on? [y/N] ");
        (await app.VotesAsync()).Should().BeEmpty();
        var approved = (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --revision {exactly}")).Succeeded();
        approved.Error.Should().Contain(Difference).And.NotContain("Go on?");
        approved.Rows[^1].Should().StartWith("It is released");
    }

    [Fact]
    public async Task At_a_terminal_who_names_a_revision_alone_is_asked()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no /usr/bin/script, which makes a terminal.");
        var app = await StartAsync(cluster, "at-terminal", One);
        await app.OfferAsync('b');
        await app.AsAsync("alice");
        var refused = await AnswerAsync("n\n", Revision('b'));
        refused.ExitCode.Should().Be(1, refused.Output);
        refused.Output.Should().Contain("Go on? [y/N]").And.Contain($"nor does --revision {await app.ExactNameAsync()}");
        (await app.VotesAsync()).Should().BeEmpty();
        (await AnswerAsync("y\n", Revision('b'))).Succeeded().Output.Should().Contain("Go on? [y/N]").And.Contain("It is released");
        await app.OfferAsync('c');
        (await AnswerAsync("", await app.ExactNameAsync())).Succeeded().Output.Should().Contain("It is released").And.NotContain("Go on?");

        Task<ProgramResult> AnswerAsync(string answer, string revision) => new SluiceProgram(cluster.ControlPlane.KubeconfigFor("alice", "sre")) { Input = answer, IsAtTerminal = true }
            .RunAsync($"approve app -n {app.Namespace} {Patience} --revision {revision}");
    }

    [Fact]
    public async Task A_vote_that_has_ended_can_be_given_again()
    {
        var app = await StartAsync(cluster, "ended-vote", "{default: opened, approvals: {required: 2}}");
        await app.OfferAsync('b');
        var alice = await app.AsAsync("alice");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes --wait=false --expires-in 0s")).FailedWith(2).Error.Should().Contain("--expires-in: '0s' is not a duration greater than zero");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes --wait=false --expires-in 2s")).Succeeded();
        await Eventually.GivesAsync("it waits for alice again", () => alice.RunAsync($"approve app -n {app.Namespace} --dry-run"), result => result.Output.Contains("0 of 2 approvals", StringComparison.Ordinal));
        (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes")).Succeeded().Output.Should().StartWith($"Approved {Revision('b')}");
        (await app.VotesAsync()).Should().Equal("alice approve");
    }

    [Fact]
    public async Task Who_may_not_approve_or_is_not_counted_is_told_so_gate_by_gate()
    {
        var app = await StartAsync(cluster, "who-may", TwoOfSre, "[{name: release}, {name: nightly}, {name: security}, {name: gone}]");
        await app.GateAsync("nightly", "{default: closed}");
        await app.GateAsync("security", "{default: opened, approvals: {from: [{kind: User, name: mallory}]}}");
        await app.OfferAsync('b');
        var alice = await app.AsAsync("alice");
        var result = (await alice.RunAsync($"approve app -n {app.Namespace} {Patience} --yes")).Succeeded();
        result.Error.Should().Contain($"warning: not at gate {app.Namespace}/security: it counts the votes of user mallory alone, and you are 'alice'")
            .And.Contain($"warning: not at gate {app.Namespace}/gone: it does not exist").And.NotContain("nightly: ");
        result.Output.Should().Contain($"{app.Namespace}/nightly: closed").And.Contain($"{app.Namespace}/gone: does not exist");

        var vera = await app.AsAsync("vera", "sluice-viewer");
        (await vera.RunAsync($"approve app -n {app.Namespace} --gate release --yes")).FailedWith(1).Error.Should()
            .Contain($"error: you can approve nothing of GatedSource {app.Namespace}/app").And.Contain($"at gate {app.Namespace}/release: you ('vera') may not approve there");
        (await vera.RunAsync($"approve app -n {app.Namespace} --gate nightly --yes")).FailedWith(1).Error.Should().Contain("it wants no approvals");
        (await vera.RunAsync($"approve app -n {app.Namespace} --gate relaese --yes")).FailedWith(1).Error.Should().Contain("does not wait at gate 'relaese': did you mean release?");
        (await (await app.AsAsync("outsider", group: "dev")).RunAsync($"approve app -n {app.Namespace} --gate release --yes")).FailedWith(1).Error.Should()
            .Contain("it counts the votes of group sre alone, and you are 'outsider'");
        (await app.VotesAsync()).Should().Equal("alice approve");
    }

    [Fact]
    public async Task A_name_that_somebody_else_has_taken_is_not_taken_for_ones_own_vote()
    {
        var app = await StartAsync(cluster, "taken-name", One);
        await app.OfferAsync('b');
        var (alice, mallory) = (await app.AsAsync("alice"), await app.AsAsync("mallory"));
        var name = (await alice.RunAsync($"approve app -n {app.Namespace} --dry-run -o name")).Succeeded().Output.Trim().Split('/')[1];
        var manifest = (await mallory.RunAsync($"reject app -n {app.Namespace} --reason mine --dry-run -o json")).Succeeded().Json["items"]![0]!;
        manifest["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = name, ["namespace"] = app.Namespace };
        await cluster.ControlPlane.KubectlFor("mallory", "sre").RunAsync(["create", "-f", "-"], manifest.ToJsonString(), TestContext.Current.CancellationToken);
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should()
            .Contain($"Approval {app.Namespace}/{name} is there already, and says something else: that mallory rejects {Revision('b')}");
    }

    [Fact]
    public async Task A_vote_that_was_written_by_hand_is_ones_own_whatever_it_is_called()
    {
        var app = await StartAsync(cluster, "by-hand", "{default: opened, approvals: {required: 2}}");
        await app.OfferAsync('b');
        var alice = await app.AsAsync("alice");
        var manifest = (await alice.RunAsync($"approve app -n {app.Namespace} --dry-run -o json")).Succeeded().Json["items"]![0]!;
        manifest["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "by-hand", ["namespace"] = app.Namespace };
        await cluster.ControlPlane.KubectlFor("alice", "sre").RunAsync(["create", "-f", "-"], manifest.ToJsonString(), TestContext.Current.CancellationToken);
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes {Patience}")).Succeeded().Output.Should().StartWith($"Already approved {Revision('b')}").And.Contain("1 of 2 approvals (alice)");
        (await app.VotesAsync()).Should().Equal("alice approve");
        (await alice.RunAsync($"revoke app -n {app.Namespace}")).Succeeded();
        (await app.VotesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_one_may_not_read_is_not_said_to_be_absent()
    {
        var app = await StartAsync(cluster, "unread", "{default: opened, approvals: {required: 2}}");
        await app.OfferAsync('b');
        var rita = await WithRulesAsync(app, "rita", "{resources: [gatedsources], verbs: [get, list]}");
        (await rita.RunAsync($"pending -n {app.Namespace}")).Succeeded().Rows[1].Should().EndWith($"{app.Namespace}/release: 0 of 2 approvals");
        (await rita.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should().Contain($"at gate {app.Namespace}/release: you may not read this gate");
        (await rita.RunAsync($"revoke app -n {app.Namespace}")).FailedWith(1).Error.Should().Contain("you are 'rita', who may not list approvals.gating.toolkit.fluxcd.io");

        // Who may vote, and not see votes, sees what the controller counts.
        var wanda = await WithRulesAsync(app, "wanda", "{resources: [gatedsources], verbs: [get]}, {resources: [gates], verbs: [get, approve]}, {resources: [approvals], verbs: [create]}");
        (await wanda.RunAsync($"approve app -n {app.Namespace} --yes {Patience}")).Succeeded().Output.Should().StartWith($"Approved {Revision('b')}").And.Contain("1 of 2 approvals (wanda)");
        (await wanda.RunAsync($"approve app -n {app.Namespace} --yes {Patience}")).Succeeded().Output.Should().StartWith($"Already approved {Revision('b')}").And.Contain("1 of 2 approvals (wanda)");
    }

    [Fact]
    public async Task Gated_sources_are_listed_explained_and_completed()
    {
        var app = await StartAsync(cluster, "listed", One);
        await app.OfferAsync('b');
        var alice = await app.AsAsync("alice");
        var listed = (await alice.RunAsync($"get gatedsources -n {app.Namespace}")).Succeeded().Rows;
        listed[0].Should().Be("NAME SOURCE RELEASED CANDIDATE SINCE READY MESSAGE");
        listed[1].Should().MatchRegex(@"^app gitrepository/app main@sha1:aaaaaaaa main@sha1:bbbbbbbb \S+ \S+ ");
        ((string?)(await alice.RunAsync($"get gsrc app -n {app.Namespace} -o json")).Succeeded().Json["kind"]).Should().Be("GatedSource");
        await (await StartAsync(cluster, "listed-too", One)).OfferAsync('c');
        (await new SluiceProgram(cluster.ControlPlane.KubeconfigPath).RunAsync("pending -A")).Succeeded().Rows.Should()
            .ContainMatch("listed app main@sha1:bbbbbbbb * listed/release: 0 of 1 approvals").And.ContainMatch("listed-too app main@sha1:cccccccc * listed-too/release: 0 of 1 approvals")
            .And.HaveElementAt(0, "NAMESPACE NAME CANDIDATE SINCE WAITS FOR");

        var explained = (await alice.RunAsync($"explain gatedsource/app -n {app.Namespace}")).Succeeded().Output;
        explained.Should().StartWith($"GatedSource {app.Namespace}/app: candidate {Revision('b')} waits since ")
            .And.Contain($"stays deployed, and drift from it is corrected.").And.Contain($"sluice approve app -n {app.Namespace} --revision {Digest('b')}@sha256:");
        ((string?)(await alice.RunAsync($"explain gsrc/app -n {app.Namespace} -o json")).Succeeded().Json["state"]).Should().Be("Held");
        (await alice.RunAsync($"explain gsrc/apps -n {app.Namespace}")).FailedWith(1).Error.Should().Be($"error: there is no GatedSource 'apps' in namespace '{app.Namespace}': did you mean app?\n");
        (await alice.RunAsync($"rollback app -n {app.Namespace}")).FailedWith(2).Error.Should().Contain("main@sha1:aaaaaaaa").And.Contain("error: --to is missing");
        (await alice.RunAsync($"rollback app -n {app.Namespace} --to 1234567")).FailedWith(1).Error.Should().Contain("'1234567' is not among the last 1 releases");
        (await alice.RunAsync($"suspend gsrc/app -n {app.Namespace} --reason x")).FailedWith(2).Error.Should().Contain("a GatedSource is not held itself");

        (await alice.RunAsync($"history gate/release -n {app.Namespace}")).Succeeded().Rows.Should().HaveCount(2).And.ContainMatch("opened * ago - Default Gate opened by default");
        await CompletesAsync(alice, ["approve", "-n", app.Namespace, ""], "app\n:4\n");
        await CompletesAsync(alice, ["explain", "-n", app.Namespace, "gatedsource/"], "gatedsource/app\n:4\n");
        await CompletesAsync(alice, ["history", "-n", app.Namespace, ""], "gate/\ngatedsource/\n:6\n");
        await CompletesAsync(alice, ["history", "-n", app.Namespace, "gate/"], "gate/release\n:4\n");
    }

    [Fact]
    public async Task Where_no_approvals_are_wanted_the_gate_is_opened_for_that_revision_alone()
    {
        var app = await StartAsync(cluster, "no-approvals", "{default: closed}");
        await app.OfferAsync('b');
        var (alice, olga) = (await app.AsAsync("alice"), await app.AsAsync("olga", "sluice-operator"));
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should()
            .StartWith($"error: GatedSource {app.Namespace}/app wants no approvals: none of its gates has spec.approvals (gate {app.Namespace}/release)").And.Contain($"sluice open GATE --revision {await app.ExactNameAsync()}");
        (await alice.RunAsync($"explain gatedsource/app -n {app.Namespace}")).Succeeded().Output.Should().Contain($"sluice open release -n {app.Namespace} --revision {await app.ExactNameAsync()} --reason TEXT\n").And.NotContain("sluice approve");
        (await olga.RunAsync($"open release -n {app.Namespace} {Patience} --revision {await app.ExactNameAsync()}")).Succeeded();
        await app.UntilAsync("b is released", status => (string?)status["released"]?["revision"] == Revision('b'));
    }

    [Fact]
    public async Task Where_the_author_of_the_commit_is_not_known_an_approval_is_recorded_and_it_is_said_that_it_waits_for_that()
    {
        var app = await StartAsync(cluster, "not-counted", "{default: opened, approvals: {required: 1, separateFrom: [commitAuthor]}}");
        await app.OfferAsync('b');
        (await (await app.AsAsync("alice")).RunAsync($"approve app -n {app.Namespace} --yes --timeout 20s")).Succeeded().Rows[^1].Should().Contain("who wrote the commit is not known");
        (await app.VotesAsync()).Should().Equal("alice approve");
    }

    [Fact]
    public async Task Who_wrote_the_commit_is_told_that_somebody_else_has_to_approve_it_and_is_not_waited_for()
    {
        var app = await StartAsync(cluster, "own-commit", "{default: opened, approvals: {required: 1, separateFrom: [commitAuthor], authorClaim: {usernamePrefix: 'oidc:'}}}");
        await app.OfferAsync('b');
        await app.StateAuthorAsync('b', "Anna <Anna@example.com>");
        var (anna, bob, admin) = (await app.AsAsync("oidc:anna@example.com"), await app.AsAsync("oidc:bob@example.com"), await app.AsAsync("admin"));
        (await anna.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should()
            .Contain($"at gate {app.Namespace}/release: you ('anna@example.com') wrote the commit: somebody else has to approve it");
        (await admin.RunAsync($"approve app -n {app.Namespace} --yes")).FailedWith(1).Error.Should()
            .Contain("it tells who approves from who wrote the commit by the username behind 'oidc:', and you ('admin') have none");
        (await anna.RunAsync($"pending --mine -n {app.Namespace}")).Succeeded().Output.Should().BeEmpty("it is hers");
        (await bob.RunAsync($"pending --mine -n {app.Namespace}")).Succeeded().Rows[1].Should()
            .EndWith($"{app.Namespace}/release: 0 of 1 approvals, not of the commit's authors by the username behind 'oidc:'");
        var approved = (await bob.RunAsync($"approve app -n {app.Namespace} --yes {Patience}")).Succeeded();
        approved.Error.Should().Contain("Authors     Anna <Anna@example.com>");
        approved.Rows[^1].Should().StartWith("It is released: ");
    }

    [Fact]
    public async Task An_approval_carries_the_extra_attribute_that_the_gate_compares_and_one_without_it_is_replaced()
    {
        // Kubernetes gives every user of a certificate this one.
        const string key = "authentication.kubernetes.io/credential-id";
        var app = await StartAsync(cluster, "extra", "{default: opened, approvals: {required: 1, separateFrom: [commitAuthor]}}");
        await app.OfferAsync('b');
        var alice = await app.AsAsync("alice");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes {Patience}")).Succeeded().Rows[^1].Should().Contain("who wrote the commit is not known");
        await app.GateAsync("release", $"{{default: opened, approvals: {{required: 1, separateFrom: [commitAuthor], authorClaim: {{extra: {key}}}}}}}");
        await app.UntilAsync("the vote counts no more", status => status["candidate"]!["approvals"] is null);
        await app.StateAuthorAsync('b', "Anna <Anna@example.com>");
        (await alice.RunAsync($"approve app -n {app.Namespace} --yes {Patience}")).Succeeded().Rows[^1].Should().StartWith("It is released: ");
        (await app.VotesAsync()).Should().Equal("alice approve");
        (await cluster.ControlPlane.Kubectl.RunAsync("-n", app.Namespace, "get", "approvals", "-o", "jsonpath={.items[0].spec.approver.extra}")).Should().StartWith($$"""{"{{key}}":["X509SHA256=""");
    }

    private async Task<SluiceProgram> WithRulesAsync(GatedApp app, string user, string rules)
    {
        await cluster.ControlPlane.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: {{user}}, namespace: {{app.Namespace}} }
            rules: [{{rules.Replace("{resources", "{apiGroups: [gating.toolkit.fluxcd.io], resources", StringComparison.Ordinal)}}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: {{user}}, namespace: {{app.Namespace}} }
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{user}} }
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: {{user}} }]
            """);
        return new SluiceProgram(cluster.ControlPlane.KubeconfigFor(user));
    }

    // A completion gives up after two seconds.
    private static Task CompletesAsync(SluiceProgram sluice, string[] words, string expected) =>
        Eventually.GivesAsync($"'{string.Join(' ', words)}' is completed", async () => (await sluice.RunAsync(["__complete", .. words])).Output, found => found == expected);
}
