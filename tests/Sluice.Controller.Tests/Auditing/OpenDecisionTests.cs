using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Controller.Tests.Sources;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Auditing;

/// <summary>A release is written down before it is carried out, and the write that does so may fail, or only seem to.</summary>
public sealed class OpenDecisionTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-audit-");

    private string Log => Path.Combine(_folder.FullName, "audit.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_carried_out_and_whose_answer_was_lost_is_written_once_and_nothing_says_that_it_was_overtaken()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await WaitingAsync();
        var isLost = false;
        proxy.LosesAnswer = write => IsStatus(write) && Decisions().Contains("Released") && !isLost && (isLost = true);
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);
        await source.UntilClosedAsync();
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);

        isLost.Should().BeTrue();
        Decisions().Should().Equal("CandidateWaiting", "Released", "CandidateWaiting");
        Lines().Select(line => (string?)line["overtakes"]).Should().AllSatisfy(overtakes => overtakes.Should().BeNull());
    }

    [Fact]
    public async Task What_could_not_be_carried_out_before_its_gate_closed_is_followed_by_a_line_that_says_so()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await WaitingAsync();
        var isRefused = true;
        proxy.Refuses = write => IsStatus(write) && Volatile.Read(ref isRefused);
        await source.OpenAsync();
        await Eventually.GivesAsync("the release is written down", () => Task.FromResult(Decisions()), decisions => decisions.Contains("Released"));
        await source.UntilClosedAsync();
        await RefusedTwiceAsync(proxy);
        Volatile.Write(ref isRefused, false);
        await Eventually.GivesAsync("that it was not carried out is written down", () => Task.FromResult(Decisions()), decisions => decisions.Contains("NotCarriedOut"));
        Decisions().Should().Equal("CandidateWaiting", "Released", "NotCarriedOut");
        var last = Lines()[^1];
        ((string?)last["overtakes"]).Should().Be("Released");
        ((string?)last["revision"]).Should().Be(A);
        ((string?)last["message"]).Should().Be("Released was decided and could not be carried out; by the next look something else was right");
        var gated = await source.UntilAsync("says so, too", found => (string?)found["status"]!["decisions"]?[0]?["decision"] == "NotCarriedOut");
        ((string?)gated["status"]!["decisions"]![0]!["at"]).Should().Be((string?)last["at"]);
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();

        // Let through later it is a decision of its own.
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);
        Decisions().Should().Equal("CandidateWaiting", "Released", "NotCarriedOut", "Released");
        ((string?)Lines()[^1]["overtakes"]).Should().BeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_release_that_the_API_server_asks_to_send_again_later_is_decided_anew(bool isOfSource)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await WaitingAsync();
        await cluster.CreateGatedAsync(FluxResources.Kustomization, source.Namespace, "plain", "release");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, source.Namespace, "plain");
        var kind = isOfSource ? "GatedSource" : "Kustomization";
        var path = isOfSource ? GatedApp.GatedSource.ObjectPath(new(source.Namespace, "app"), "status") : FluxResources.Kustomization.ObjectPath(new(source.Namespace, "plain"));
        var isBusy = true;
        // As an API server that has too much to do: the gate would have closed long before it takes the write, were that sent again.
        proxy.Busy = write => Volatile.Read(ref isBusy) && write.Contains($"{path}?", StringComparison.Ordinal) && Decisions(kind).Contains("Released");
        await source.OpenAsync();
        await Eventually.GivesAsync("it has been asked to wait", () => Task.FromResult(proxy.Answers), answers => answers.Any(answer => answer.Status == 429 && answer.Request.Contains($"{path}?", StringComparison.Ordinal)));
        await source.UntilClosedAsync();
        await using var seen = await WatchRecorder.StartAsync(
            cluster, isOfSource ? GatedApp.GatedSource : FluxResources.Kustomization, source.Namespace, found => isOfSource ? GatedApp.Released(found, "revision") ?? "none" : found.IsSuspended() ? "held" : "let go");
        // That it was not carried out stands in the status of a source; of an object nothing is written.
        Volatile.Write(ref isBusy, !isOfSource);
        // Of an object before it could have been sent again; of a source the write that says so was asked to wait, too, once.
        await Eventually.GivesAsync(
            "it is said not to be carried out", () => Task.FromResult(string.Join(' ', Decisions(kind))), decisions => decisions.Contains("NotCarriedOut", StringComparison.Ordinal), TimeSpan.FromSeconds(isOfSource ? 25 : 10));
        Volatile.Write(ref isBusy, false);
        // Longer than the answer asked to wait.
        await Task.Delay(TimeSpan.FromSeconds(15), TimeProvider.System, TestContext.Current.CancellationToken);
        seen.Values.Should().AllBe(isOfSource ? "none" : "held");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_release_that_arrives_late_is_not_said_to_be_overtaken_and_does_not_arrive_once_that_is_said(bool isInTime)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await WaitingAsync();
        var (moment, held) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        proxy.SendsLate = write => IsStatus(write) && Decisions().Contains("Released") && Interlocked.Increment(ref held) == 1 ? moment.Task : null;
        // So that it is not simply released by the next try.
        proxy.Refuses = write => IsStatus(write) && Volatile.Read(ref held) > 0;
        await source.OpenAsync();
        await Eventually.GivesAsync("the release is on its way", () => Task.FromResult(Volatile.Read(ref held)), count => count > 0);
        await source.UntilClosedAsync();
        await RefusedTwiceAsync(proxy);
        if (isInTime)
        {
            // Between a look that finds it not carried out and the write that would say so.
            var arriving = proxy.BeforeWriteOf(GatedApp.GatedSource, source.Namespace, "app", async () =>
            {
                moment.SetResult();
                (await proxy.LateAnswersAsync()).Should().Equal(200);
            }, "status");
            proxy.Refuses = _ => false;
            await arriving;
            await source.UntilReleasedAsync(A);
            await source.LookedAtAgainAsync();
            Decisions().Should().Equal("CandidateWaiting", "Released");
        }
        else
        {
            proxy.Refuses = _ => false;
            await Eventually.GivesAsync("that it was not carried out is written down", () => Task.FromResult(Decisions()), decisions => decisions.Contains("NotCarriedOut"));
            moment.SetResult();
            (await proxy.LateAnswersAsync()).Should().Equal(409);
            await source.LookedAtAgainAsync();
            GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
            Decisions().Should().Equal("CandidateWaiting", "Released", "NotCarriedOut");
        }
    }

    [Fact]
    public async Task What_could_not_be_carried_out_and_is_to_be_done_otherwise_by_now_is_followed_by_both()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await WaitingAsync();
        var isRefused = true;
        proxy.Refuses = write => IsStatus(write) && Volatile.Read(ref isRefused);
        await source.OpenAsync();
        await Eventually.GivesAsync("the release is written down", () => Task.FromResult(Decisions()), decisions => decisions.Contains("Released"));
        await source.FetchAsync(B, "sha256:02");
        await RefusedTwiceAsync(proxy);
        Volatile.Write(ref isRefused, false);
        await source.UntilReleasedAsync(B);
        Decisions().Should().Equal("CandidateWaiting", "Released", "NotCarriedOut", "Released");
        Lines().Select(line => (string?)line["overtakes"]).Should().Equal(null, null, "Released", null);
        var kept = (await source.GatedAsync())!["status"]!["decisions"]!.AsArray().Select(entry => (string?)entry!["decision"]);
        kept.Should().Equal("Released", "NotCarriedOut", "CandidateWaiting");
    }

    [Fact]
    public async Task Of_several_that_were_decided_together_one_that_had_arrived_alone_is_not_said_to_be_overtaken()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await WaitingAsync();
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);
        await source.UntilClosedAsync();

        // The first write is of one decision and is on its way; the second, of a later second, is of that and another, and fails.
        var (moment, held) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        proxy.Refuses = write => IsStatus(write) && Volatile.Read(ref held) > 0;
        proxy.SendsLate = write => IsStatus(write) && Decisions().Contains("RollbackRefused") && Interlocked.Increment(ref held) == 1 ? moment.Task : null;
        await source.RollBackAsync("never-released", "1");
        await Eventually.GivesAsync("the refusal is on its way", () => Task.FromResult(Volatile.Read(ref held)), count => count > 0);
        await PlayedSource.NextSecondAsync();
        await source.FetchAsync(B, "sha256:02");
        await Eventually.GivesAsync("both are written down", () => Task.FromResult(Decisions()), decisions => decisions.Count(decision => decision == "CandidateWaiting") == 2);
        await PlayedSource.NextSecondAsync();
        await RefusedTwiceAsync(proxy);
        moment.SetResult();
        (await proxy.LateAnswersAsync()).Should().Equal(200);
        await source.FetchAsync("main@sha1:cc", "sha256:03");
        await RefusedTwiceAsync(proxy);
        proxy.Refuses = _ => false;

        await source.UntilWaitingAsync("main@sha1:cc");
        Decisions().Should().Equal("CandidateWaiting", "Released", "RollbackRefused", "CandidateWaiting", "NotCarriedOut", "CandidateWaiting");
        var back = Lines()[^2];
        ((string?)back["overtakes"]).Should().Be("CandidateWaiting");
        ((string?)back["message"]).Should().StartWith("CandidateWaiting was decided");
        await source.UntilEventAsync("NotCarriedOut");
        (await cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "events", "-o", "jsonpath={.items[?(@.reason=='RollbackRefused')].count}")).Should().Be("1");
    }

    [Fact]
    public async Task A_release_that_arrived_and_is_tried_again_a_second_later_is_not_said_to_be_overtaken_without_an_audit_log_either()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s"]);
        var (source, moment) = await OnItsWayAsync(proxy);
        await PlayedSource.NextSecondAsync();
        await RefusedTwiceAsync(proxy);
        moment.SetResult();
        (await proxy.LateAnswersAsync()).Should().Equal(200);
        proxy.Refuses = _ => false;
        await source.UntilEventAsync("Released");
        await source.LookedAtAgainAsync();
        (await source.GatedAsync())!["status"]!["decisions"]!.AsArray().Select(entry => (string?)entry!["decision"]).Should().Equal("Released", "CandidateWaiting");
    }

    [Fact]
    public async Task A_gate_that_was_opened_and_whose_answer_was_lost_is_not_said_to_be_overtaken_when_it_closes()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await WaitingAsync();
        var lost = 0;
        proxy.LosesAnswer = write => write.Contains("/gates/release/status", StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1;
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);
        await source.UntilClosedAsync();
        lost.Should().BePositive();
        Lines("Gate").Select(line => $"{line["decision"]} {line["overtakes"]}").Should().Equal("GateOpened ", "GateClosed ");
    }

    [Fact]
    public async Task Of_a_gate_and_of_an_object_what_was_written_down_and_could_not_be_done_is_followed_by_a_line_that_says_so()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "release", "{}");
        await cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "plain", "release");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "plain");

        // The object cannot be released, and by the time it could its gate is closed.
        proxy.Refuses = write => write.Contains("/kustomizations/plain?", StringComparison.Ordinal);
        await cluster.OpenAsync(ns, "release");
        await LinesAsync("Kustomization", "Held", "Released");
        await cluster.CloseAsync(ns, "release");
        await LinesAsync("Kustomization", "Held", "Released", "NotCarriedOut");
        proxy.Refuses = _ => false;

        // The gate cannot be opened, and by the time it could nobody wants it any more.
        proxy.Refuses = write => write.Contains("/gates/release/status", StringComparison.Ordinal);
        await cluster.OpenAsync(ns, "release");
        await LinesAsync("Gate", "GateOpened", "GateClosed", "GateOpened");
        await cluster.AnnotateAsync(FluxResources.Gate, ns, "release", "open.gate.fluxcd.io/requestedAt", null);
        await LinesAsync("Gate", "GateOpened", "GateClosed", "GateOpened", "NotCarriedOut");
        ((string?)Lines("Gate")[^1]["overtakes"]).Should().Be("GateOpened");
        await Eventually.GivesAsync("both are told", () => cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", "jsonpath={.items[?(@.reason=='NotCarriedOut')].involvedObject.kind}"),
            kinds => kinds.Split(' ').Order(StringComparer.Ordinal).SequenceEqual(["Gate", "Kustomization"]));

        Task LinesAsync(string kind, params string[] decisions) =>
            Eventually.GivesAsync($"the log says {string.Join(", ", decisions)}", () => Task.FromResult(string.Join(", ", Lines(kind).Select(line => (string?)line["decision"]))), found => found == string.Join(", ", decisions));
    }

    [Fact]
    public async Task Without_an_audit_log_too_a_release_does_not_arrive_once_it_is_not_right_any_more()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, ["--max-retry-delay=1s"]);
        var (source, moment) = await OnItsWayAsync(proxy);
        await source.UntilClosedAsync();
        proxy.Refuses = _ => false;
        await source.UntilAsync("says that it was not carried out", gated => (string?)gated["status"]!["decisions"]?[0]?["decision"] == "NotCarriedOut");
        moment.SetResult();
        (await proxy.LateAnswersAsync()).Should().Equal(409);
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
        await source.UntilEventAsync("NotCarriedOut");
    }

    /// <summary>A release that is on its way until the moment comes, and all further tries fail.</summary>
    private async Task<(PlayedSource Source, TaskCompletionSource Moment)> OnItsWayAsync(RecordingProxy proxy)
    {
        var source = await WaitingAsync();
        var (moment, held) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        proxy.Refuses = write => IsStatus(write) && Volatile.Read(ref held) > 0;
        proxy.SendsLate = write => IsStatus(write) && Interlocked.Increment(ref held) == 1 ? moment.Task : null;
        await source.OpenAsync();
        await Eventually.GivesAsync("the release is on its way", () => Task.FromResult(Volatile.Read(ref held)), count => count > 0);
        return (source, moment);
    }

    /// <summary>It is looked at by what is now: one write may have been decided about before that, the next was not.</summary>
    private static Task RefusedTwiceAsync(RecordingProxy proxy)
    {
        var refused = proxy.Requests.Count(IsStatus);
        return Eventually.GivesAsync("it is looked at again", () => Task.FromResult(proxy.Requests.Count(IsStatus)), count => count >= refused + 2);
    }

    private static bool IsStatus(string write) => write.Contains("/gatedsources/app/status", StringComparison.Ordinal);

    private Task<RunningController> StartAsync(RecordingProxy proxy) => RunningController.StartAsync(proxy.KubeconfigPath, [$"--audit-log={Log}", "--max-retry-delay=1s"]);

    private async Task<PlayedSource> WaitingAsync()
    {
        var source = await PlayedSource.StartAsync(cluster);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        return source;
    }

    // While it is written to: a last line without its line break is still to come.
    private List<JsonNode> Lines(string kind = "GatedSource")
    {
        using var file = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var text = file.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["object"]?["kind"] == kind)];
    }

    private List<string> Decisions(string kind = "GatedSource") => [.. Lines(kind).Select(line => (string)line["decision"]!)];
}
