using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Api.Audit;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Sources;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Auditing;

/// <summary>A controller with an audit log, on a real API server, killed again and again.</summary>
public sealed class AuditedClusterTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    // What of a decision its line and its entry in the status have as texts.
    private static readonly string[] Texts = ["at", "decision", "revision", "digest", "specDigest", "by", "reason", "message"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-audit-");

    private string Log => Path.Combine(_folder.FullName, "audit.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_transition_of_a_gate_and_every_hold_and_release_is_in_the_log_though_the_controller_is_killed_in_between()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        for (var round = 0; round < 2; round++)
        {
            await using (var first = await StartAsync())
            {
                await cluster.UntilHeldAsync(Kustomization, ns, "app");
                await cluster.OpenAsync(ns, "gate");
                await UntilOpenedAsync(ns, "True");
                first.Process.Kill();
                await first.Process.WaitForExitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            }

            await using var second = await StartAsync();
            await cluster.UntilReleasedAsync(Kustomization, ns, "app");
            await cluster.CloseAsync(ns, "gate");
            await UntilOpenedAsync(ns, "False");
            await cluster.UntilHeldAsync(Kustomization, ns, "app");
            second.Process.Kill();
            await second.Process.WaitForExitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        }

        await VerifyAsync();
        var lines = File.ReadAllLines(Log).Select(line => JsonNode.Parse(line)!).ToList();
        var gate = (await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!;
        var history = gate["status"]!["history"]!.AsArray();
        history.Should().HaveCount(4);
        foreach (var entry in history)
        {
            lines.Where(line => (string?)line["object"]?["uid"] == (string?)gate["metadata"]!["uid"]
                && (string?)line["at"] == (string?)entry!["at"] && (string?)line["message"] == (string?)entry["message"] && (string?)line["by"] == (string?)entry["by"]
                && (string?)line["gates"]![0]!["state"] == (string?)entry["to"]).Should().NotBeEmpty($"the history says {entry}");
        }

        var decisions = lines.Where(line => (string?)line["object"]?["kind"] == "Kustomization").Select(line => (string?)line["decision"]).ToList();
        // Twice where it was killed between writing it down and acting; never not.
        decisions.Where((decision, i) => i == 0 || decision != decisions[i - 1]).Should().Equal("Held", "Released", "Held", "Released", "Held");
    }

    [Fact]
    public async Task What_somebody_asks_a_gate_for_is_recorded_with_revision_and_reason_also_where_that_changes_no_state()
    {
        await using (await StartAsync())
        {
            var ns = await cluster.NewNamespaceAsync();
            await cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
            await AskAsync(ns, "main@sha1:aa", null, "CHG-1");
            await AskAsync(ns, "main@sha1:bb", "INC-42", null);
            await AskAsync(ns, null, null, "CHG-2");
            // For longer, and then for one revision in place of all.
            await AskAsync(ns, null, null, "CHG-3");
            await AskAsync(ns, "main@sha1:cc", "INC-43", null);
            // Taken back, the gate is closed as it was; a stamp of its own, as the annotation of the opening stays.
            await PlayedSource.NextSecondAsync();
            await cluster.PatchAsync(
                FluxResources.Gate, ns, "gate", $$$"""{"metadata": {"annotations": {"close.gate.fluxcd.io/requestedAt": "{{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}}}", "close.gate.fluxcd.io/reason": "no" } } }""", "jane");
            var gate = await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "has taken that back", gate => (string?)gate["status"]!["history"]![0]!["message"] == "Gate close requested: no");

            var history = gate["status"]!["history"]!.AsArray().Reverse().ToList();
            history.Select(entry => $"{entry!["to"]} {entry["reason"]} {entry["by"]}: {Regex.Replace((string)entry["message"]!, "[0-9-]+T[0-9:]+Z", "T")}").Should().Equal(
                "closed OpenedForRevision manager:jane: Gate closed by default, opened for revision 'main@sha1:aa' alone until T: CHG-1",
                "closed Overridden manager:jane: Gate closed by default, opened for revision 'main@sha1:bb' alone until T, by an emergency override: INC-42",
                "opened Requested manager:jane: Gate scheduled for closing at T: CHG-2",
                "opened Requested manager:jane: Gate scheduled for closing at T: CHG-3",
                "closed Overridden manager:jane: Gate closed by default, opened for revision 'main@sha1:cc' alone until T, by an emergency override: INC-43",
                "closed Requested manager:jane: Gate close requested: no");
            var lines = File.ReadAllLines(Log).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["object"]?["uid"] == (string?)gate["metadata"]!["uid"]).ToList();
            lines.Select(line => $"{line["decision"]} {line["revision"]}").Should().Equal(
                "RequestTaken main@sha1:aa", "GateOverridden main@sha1:bb", "GateOpened ", "RequestTaken ", "GateOverridden main@sha1:cc", "RequestTaken ");
            lines.Select(line => (string?)line["message"]).Should().Equal(history.Select(entry => (string?)entry!["message"]));
            await Eventually.GivesAsync("each is an Event", () => cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", "json"), text =>
            {
                var events = JsonNode.Parse(text)!["items"]!.AsArray()
                    .Select(found => ((string?)found!["reason"], (string?)found["message"], (string?)found["metadata"]!["annotations"]?["gating.toolkit.fluxcd.io/revision"])).ToHashSet();
                return lines.All(line => events.Contains(((string?)line["decision"], $"{line["message"]} (by manager:jane)", (string?)line["revision"])));
            });
        }

        await VerifyAsync();

        async Task<JsonNode> AskAsync(string ns, string? revision, string? why, string? reason)
        {
            await PlayedSource.NextSecondAsync();
            var stamp = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            JsonObject annotations = new()
            {
                ["open.gate.fluxcd.io/requestedAt"] = stamp,
                ["open.gate.fluxcd.io/revision"] = revision,
                ["open.gate.fluxcd.io/override"] = why,
                ["open.gate.fluxcd.io/reason"] = reason,
            };
            await cluster.PatchAsync(FluxResources.Gate, ns, "gate", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }.ToJsonString(), "jane");
            return await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "has taken it", gate => (string?)gate["status"]?["lastHandledOpenAt"] == stamp);
        }
    }

    [Fact]
    public async Task That_an_OCI_HelmRepository_is_suspended_is_in_the_log_with_that_it_stops_nothing()
    {
        await using (await StartAsync())
        {
            var repository = FluxResources.All.Single(one => one.Kind == "HelmRepository");
            var ns = await cluster.NewNamespaceAsync();
            await cluster.CreateGateAsync(ns, "gate", "{}");
            await cluster.Kubectl.ApplyAsync($$"""
                apiVersion: {{repository.ApiVersion}}
                kind: HelmRepository
                metadata: {name: charts, namespace: {{ns}}, annotations: {gating.toolkit.fluxcd.io/gates: gate} }
                spec: {type: oci, url: "oci://registry.example.org/charts"}
                """);
            var charts = await cluster.UntilAsync(repository, ns, "charts", "says that it cannot be held", found => found.Approved("reason") == "CannotHold" && found.IsSuspended());
            var line = File.ReadAllLines(Log).Select(line => JsonNode.Parse(line)!).Single(line => (string?)line["object"]?["uid"] == (string?)charts["metadata"]!["uid"]);
            ((string?)line["decision"]).Should().Be("Held");
            ((string?)line["message"]).Should().Contain("What Flux has begun it finishes. It is suspended, but that stops nothing: Flux does nothing with a HelmRepository of spec.type 'oci'");
        }

        await VerifyAsync();
    }

    [Fact]
    public async Task A_release_of_a_gated_source_is_in_the_log_with_what_it_was_who_approved_it_and_what_each_gate_said()
    {
        await using (await StartAsync("--trust-requested-by"))
        {
            var source = await PlayedSource.StartAsync(cluster, gate: """{"default": "opened", "approvals": {}}""");
            await source.FetchAsync("main@sha1:aa", "sha256:01");
            await source.UntilWaitingAsync("main@sha1:aa");
            var vote = await source.VoteAsync("alice");
            vote["spec"]!["reason"] = "ticket 4711";
            await cluster.Kubectl.RunAsync(["create", "-f", "-"], vote.ToJsonString(), TestContext.Current.CancellationToken);
            var cast = await cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "approval", (string)vote["metadata"]!["name"]!, "-o", "jsonpath={.metadata.creationTimestamp}");
            var gated = await source.UntilReleasedAsync("main@sha1:aa");
            var lines = File.ReadAllLines(Log).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["object"]?["uid"] == (string?)gated["metadata"]!["uid"]).ToList();
            lines.Select(line => (string?)line["decision"]).Should().Equal("CandidateWaiting", "Released");
            var release = lines[1];
            ((string?)release["revision"], (string?)release["digest"], (string?)release["specDigest"], (string?)release["by"])
                .Should().Be(("main@sha1:aa", "sha256:01", GatedApp.Released(gated, "specDigest"), "alice"));
            release["gates"]!.ToJsonString().Should().Be($$"""[{"name":"{{source.Namespace}}/release","state":"opened","reason":"GateOpened"}]""");
            release["approvals"]!.ToJsonString().Should().Be($$"""[{"gate":"{{source.Namespace}}/release","approver":"alice","decision":"approve","name":"{{vote["metadata"]!["name"]}}","at":"{{cast}}","reason":"ticket 4711"}]""");
        }

        await VerifyAsync();
    }

    [Fact]
    public async Task Which_key_signed_an_approval_is_in_the_log()
    {
        await using (await StartAsync("--trust-requested-by"))
        {
            var key = new SigningKey();
            var source = await PlayedSource.StartAsync(cluster, gate: SigningKey.Gate(("team", key, null)));
            await source.FetchAsync("main@sha1:aa", "sha256:01");
            await source.UntilWaitingAsync("main@sha1:aa");
            await cluster.Kubectl.RunAsync(["create", "-f", "-"], key.Sign(await source.VoteAsync("alice")).ToJsonString(), TestContext.Current.CancellationToken);
            var gated = await source.UntilReleasedAsync("main@sha1:aa");
            var release = File.ReadAllLines(Log).Select(line => JsonNode.Parse(line)!).Last(line => (string?)line["object"]?["uid"] == (string?)gated["metadata"]!["uid"]);
            ((string?)release["approvals"]![0]!["approver"], (string?)release["approvals"]![0]!["signedBy"]).Should().Be(("alice", "team"));
        }

        await VerifyAsync();
    }

    [Fact]
    public async Task While_the_log_cannot_be_written_nothing_is_released_and_the_controller_says_that_it_is_not_ready()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        // A file that may not grow beyond a few lines, as on a full disk.
        await using var controller = await RunningController.StartAsync(
            cluster.ControlPlane.KubeconfigPath, [$"--audit-log={Log}", "--max-retry-delay=1s"], through: ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await LimitFileSizeAsync(controller, new FileInfo(Log).Length + 40);
        await cluster.OpenAsync(ns, "gate");
        using var http = new HttpClient();
        await Eventually.GivesAsync("not ready", () => ReadyzAsync(http, controller), text => text.Contains("nothing is released", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        var held = (await cluster.GetAsync(Kustomization, ns, "app"))!;
        held.IsSuspended().Should().BeTrue();

        await LimitFileSizeAsync(controller, long.MaxValue);
        await cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await VerifyAsync();
        File.ReadAllText(Log).Should().Contain("\"torn\":", "the line that did not fit whole stays");
    }

    [Fact]
    public async Task Every_decision_about_a_gated_source_is_an_Event_an_entry_of_its_status_and_a_line_and_all_three_say_the_same()
    {
        const string A = "main@sha1:aa", B = "main@sha1:bb";
        await using (await StartAsync("--trust-requested-by"))
        {
            // The gate is closed anyway: a vote against is a decision all the same.
            var source = await PlayedSource.StartAsync(cluster, gate: """{"default": "closed", "approvals": {}}""");
            await source.FetchAsync(A, "sha256:01");
            await source.UntilWaitingAsync(A);
            var rejection = await CastAsync(source, "bob", "reject");
            await UntilDecidedAsync(source, "Rejected");
            await cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "approval", rejection);
            await UntilDecidedAsync(source, "RejectionRevoked");
            var approval = await CastAsync(source, "alice", "approve");
            await UntilDecidedAsync(source, "ApprovalGiven");
            await cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "approval", approval);
            await UntilDecidedAsync(source, "ApprovalRevoked");
            await CastAsync(source, "alice", "approve");
            await UntilDecidedAsync(source, "ApprovalGiven");
            await LetPassAsync(source, A);
            await source.FetchAsync(B, "sha256:02");
            await source.UntilWaitingAsync(B);
            await source.FetchAsync(A, "sha256:01");
            await UntilDecidedAsync(source, "CandidateWithdrawn");
            await source.FetchAsync(B, "sha256:02");
            await source.UntilWaitingAsync(B);
            await CastAsync(source, "alice", "approve");
            await UntilDecidedAsync(source, "ApprovalGiven");
            await LetPassAsync(source, B);
            await source.RollBackAsync(A, "1");
            await UntilDecidedAsync(source, "RollbackRequested");
            await LetPassAsync(source, A);
            // Whatever somebody asks for: an annotation may be long, and none of it stands in the way of the rest.
            await source.RollBackAsync(new string('z', 5000), "2");
            var gated = await UntilDecidedAsync(source, "RollbackRefused");

            var entries = gated["status"]!["decisions"]!.AsArray().Reverse().ToList();
            entries.Select(entry => (string?)entry!["decision"]).Should().Equal(
                "CandidateWaiting", "Rejected", "RejectionRevoked", "ApprovalGiven", "ApprovalRevoked", "ApprovalGiven", "Released",
                "CandidateWaiting", "CandidateWithdrawn", "CandidateWaiting", "ApprovalGiven", "Released", "RollbackRequested", "RolledBack", "RollbackRefused");
            entries.Select(entry => (string?)entry!["by"]).Where(by => by is not null).Select(by => by!.Split(", ")[0]).Should().Equal("bob", "alice", "alice", "alice", "alice", "alice", "olga", "olga", "olga");
            Said(entries[1]!).Should().EndWith($"[{source.Namespace}/release closed GateClosed]");
            var lines = File.ReadAllLines(Log).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["object"]?["uid"] == (string?)gated["metadata"]!["uid"]).ToList();
            lines.Select(Said).Should().Equal(entries.Select(entry => Said(entry!)));
            await Eventually.GivesAsync("each is an Event", () => cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "events", "-o", "json"), text =>
            {
                var events = JsonNode.Parse(text)!["items"]!.AsArray().Select(found => ((string?)found!["reason"], (string?)found["message"])).ToHashSet();
                return entries.All(entry => events.Contains(((string?)entry!["decision"], $"{entry["message"]}{(entry["by"] is { } by ? $" (by {by})" : "")}")));
            });
        }

        await VerifyAsync();
    }

    [Fact]
    public async Task A_whole_line_that_a_full_disk_leaves_of_decisions_that_were_not_carried_out_is_named_by_the_next_line_about_that_object()
    {
        await using (var controller = await RunningController.StartAsync(
            cluster.ControlPlane.KubeconfigPath, [$"--audit-log={Log}", "--max-retry-delay=1s", "--trust-requested-by"], through: ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]))
        {
            var source = await PlayedSource.StartAsync(cluster, gate: """{"default": "opened", "approvals": {}}""");
            await source.FetchAsync("main@sha1:aa", "sha256:01");
            await source.UntilWaitingAsync("main@sha1:aa");
            var rejection = await CastAsync(source, "bob", "reject");
            await UntilDecidedAsync(source, "Rejected");
            await CastAsync(source, "alice", "approve");
            await UntilDecidedAsync(source, "ApprovalGiven");

            // There is room for the line that the rejection counts no more, which is about as long as that of the rejection, and not for that of the release.
            var rejected = File.ReadAllLines(Log).Last(line => line.Contains("\"Rejected\"", StringComparison.Ordinal));
            await LimitFileSizeAsync(controller, new FileInfo(Log).Length + rejected.Length + 150);
            await cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "approval", rejection);
            using var http = new HttpClient();
            await Eventually.GivesAsync("not ready", () => ReadyzAsync(http, controller), text => text.Contains("nothing is released", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
            File.ReadAllText(Log).Should().Contain("\"RejectionRevoked\"");
            (await source.GatedAsync())!["status"]!["decisions"]!.AsArray().Select(entry => (string?)entry!["decision"]).Should().Equal("ApprovalGiven", "Rejected", "CandidateWaiting");

            await source.FetchAsync("main@sha1:bb", "sha256:02");
            await source.UntilWaitingAsync("main@sha1:bb");
            await LimitFileSizeAsync(controller, long.MaxValue);
            await Eventually.GivesAsync("ready", () => ReadyzAsync(http, controller), text => !text.Contains("nothing is released", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
            File.ReadAllLines(Log).Where(line => line.Contains("\"CandidateWaiting\"", StringComparison.Ordinal)).Last().Should().Contain("\"overtakes\":\"RejectionRevoked\"");
        }

        await VerifyAsync();
    }

    private static string Said(JsonNode decision) => string.Join(
        " | ", Texts.Select(name => (string?)decision[name])
        .Append($"[{string.Join(", ", decision["gates"]?.AsArray().Select(gate => $"{gate!["name"]} {gate["state"]} {gate["reason"]}") ?? [])}]"));

    private static Task<JsonNode> UntilDecidedAsync(PlayedSource source, string decision) =>
        source.UntilAsync($"has decided {decision}", gated => (string?)gated["status"]?["decisions"]?[0]?["decision"] == decision);

    private async Task<string> CastAsync(PlayedSource source, string user, string decision)
    {
        var vote = await source.VoteAsync(user, decision);
        await cluster.Kubectl.RunAsync(["create", "-f", "-"], vote.ToJsonString(), TestContext.Current.CancellationToken);
        return (string)vote["metadata"]!["name"]!;
    }

    private async Task LetPassAsync(PlayedSource source, string revision)
    {
        await source.OpenAsync();
        await source.UntilReleasedAsync(revision);
        await source.CloseAsync();
        await cluster.UntilAsync(FluxResources.Gate, source.Namespace, "release", "is closed", gate => gate.Condition("Opened", "status") == "False");
    }

    private Task UntilOpenedAsync(string ns, string status) => cluster.UntilAsync(FluxResources.Gate, ns, "gate", $"is Opened={status}", gate => gate.Condition("Opened", "status") == status);

    private Task<RunningController> StartAsync(params string[] more) => cluster.StartControllerAsync([$"--audit-log={Log}", .. more]);

    private static async Task<string> ReadyzAsync(HttpClient http, RunningController controller)
    {
        using var answer = await http.GetAsync(new Uri(controller.Health, "/readyz"), TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task LimitFileSizeAsync(RunningController controller, long bytes)
    {
        using var limit = Process.Start("prlimit", [$"--pid={controller.Process.Id}", $"--fsize={(bytes == long.MaxValue ? "unlimited" : bytes)}:unlimited"]);
        await limit.WaitForExitAsync(TestContext.Current.CancellationToken);
        limit.ExitCode.Should().Be(0);
    }

    /// <summary>By the command line, and by a chain of its own.</summary>
    private async Task VerifyAsync()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        using var verify = Process.Start(RepositoryRoot.Combine("src", "Sluice.Cli", "bin", configuration, "net10.0", "sluice"), ["audit", "verify", Log]);
        await verify.WaitForExitAsync(TestContext.Current.CancellationToken);
        verify.ExitCode.Should().Be(0);
        var chain = new AuditChain(AuditChain.Genesis);
        AuditFile.AddTo(chain, Log).Should().BeNull();
        chain.End().Should().BeNull();
    }
}
