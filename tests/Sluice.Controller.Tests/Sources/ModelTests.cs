using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Api.Sources;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Gating.Releases;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>
/// Random commits and specs of the source, statements of authors, votes, also for another GatedSource, openings for one revision, revocations, changed rules and keys, roll-backs, edits of the target, crashes between any two writes and restarts, against
/// a model that knows nothing of how Sluice works. After every step, and by a watch of the target at every instant: what is deployed was approved, under the rules in force when it was released.
/// </summary>
public sealed class ModelTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const int Steps = 60;

    private static readonly string[] People = ["alice", "bob", "carol"];
    private static readonly string[] SayWhatIsSeen = ["candidate", "released", "setAside"];

    private Cluster Cluster => approving.Cluster;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, false, true)]
    [InlineData(7, false, true)]
    [InlineData(8, false, false, true)]
    [InlineData(9, false, false, true)]
    public async Task What_is_deployed_was_approved_under_the_rules_in_force_when_it_was_released(int seed, bool isSigned = false, bool isSeparated = false, bool opensForOne = false)
    {
        var random = new Random(seed);
        SigningKey[] keys = [new(), new()];
        // Which of them the gate has; null: none, and nothing need be signed.
        int? key = isSigned ? 0 : null;
        var source = await PlayedSource.StartAsync(Cluster, gate: isSigned
            ? SigningKey.Gate(("key", keys[0], null)).Replace("\"required\":1", "\"required\":2", StringComparison.Ordinal)
            : isSeparated ? """{"default": "opened", "approvals": {"required": 2, "separateFrom": ["commitAuthor"]}}"""
            : opensForOne ? """{"window": "1h", "approvals": {"required": 1}}"""
            : """{"default": "opened", "approvals": {"required": 2}}""");
        // Who wrote each revision, as it is stated; once stated, that is not taken back.
        var authors = new Dictionary<string, string>();
        var voters = new Dictionary<string, Kubectl>();
        foreach (var person in People)
        {
            voters[person] = await source.AsAsync(person, "sluice-approver");
        }

        var (votes, required, told) = (new List<ModelledVote>(), opensForOne ? 1 : 2, new List<string>());
        // Everything that was released, in order; and what each spec digest stands for.
        var (everReleased, ignores, rollbacks, edits) = (new List<ModelledCandidate>(), new Dictionary<string, string>(), 0, 0);
        var isOpened = !opensForOne;
        // The last one replaces those before it.
        ModelledOpening? opening = null;
        var (ignoreNow, offered) = ("/docs", (ModelledCandidate?)null);
        // What the source offers, since the step in which a controller saw it first.
        (ModelledCandidate? About, DateTimeOffset At) seen = default;
        (string At, ModelledCandidate About)? releasedBefore = null;
        await using var proxy = await RecordingProxy.StartAsync(Cluster.ControlPlane, "flux-system:sluice-controller");
        await using var everPinned = await WatchRecorder.StartAsync(Cluster, source.Kind, source.Namespace, target => (string)target["metadata"]!["name"]! == "app-gated" ? Pinned(target) : null);
        var controller = await StartAsync();
        try
        {
            for (var step = 0; step < (isSigned || isSeparated || opensForOne ? 2 * Steps : Steps); step++)
            {
                // What the controller has looked at before this step, and what it may look at after it: it decides by one of the two.
                var (votesBefore, requiredBefore, keyBefore, wasOpened, openingBefore, now) = (votes.ToList(), required, key, isOpened, opening, TimeProvider.System.GetUtcNow());
                told.Add(await TakeStepAsync());
                if (controller is not null)
                {
                    await source.LookedAtAgainAsync();
                }

                var gated = (await source.GatedAsync())!;
                seen = controller is null || offered == seen.About ? seen : (offered, now);
                if (GatedApp.Released(gated, "at") is { } at && (at, Of(gated["status"]!["released"])!) is var release && release != releasedBefore)
                {
                    var about = release.Item2;
                    // What was released before passes by its old votes only when a person asks for it.
                    var isRollback = GatedApp.Released(gated, "reason") == "Rollback";
                    var isBack = !isRollback && everReleased.TakeLast(ReleaseState.HistoryLength).Contains(about);
                    var votesAfter = votes.Where(vote => !isBack || IsOfNow(vote));
                    votesBefore = [.. votesBefore.Where(vote => !isBack || IsOfNow(vote))];
                    (isOpened || wasOpened || openingBefore?.Lets(about, isRollback) == true || opening?.Lets(about, isRollback) == true)
                        .Should().BeTrue($"the gate was closed to {about} in step {step} of seed {seed}: {string.Join("; ", told)}");
                    openingBefore?.Released(about);
                    opening?.Released(about);
                    (MayPass(votesBefore, requiredBefore, keyBefore, about, now) || MayPass(votesAfter, required, key, about, now))
                        .Should().BeTrue($"{about} is released in step {step} of seed {seed}: {string.Join("; ", told)}");
                    releasedBefore = release;
                    everReleased.Add(about);
                }

                if (controller is not null)
                {
                    // Each release is a decision, once, wherever the controller was killed.
                    var history = (gated["status"]!["history"]?.AsArray() ?? []).Select(At).ToList();
                    var decided = (gated["status"]!["decisions"]?.AsArray() ?? []).Where(entry => (string?)entry!["decision"] is "Released" or "RolledBack").Select(At).ToList();
                    var isCut = gated["status"]!["decisions"]?.AsArray().Count == SourceDecision.KeptLength;
                    decided.Should().Equal(isCut ? history.Take(decided.Count) : history, $"step {step} of seed {seed}: {string.Join("; ", told)}");
                }

                if (controller is not null && releasedBefore is not null)
                {
                    await Eventually.GivesAsync($"the target is as it is released, seed {seed}: {string.Join("; ", told)}", TargetAndReleasedAsync, pair => pair.Target == pair.Released);
                }

                // Read in this order, since what is released is said before the target follows.
                var pinned = everPinned.Values.Where(pinned => pinned != WatchRecorder.Deleted && !pinned.StartsWith("ed", StringComparison.Ordinal)).ToList();
                var (_, released) = await TargetAndReleasedAsync();
                IsInOrderOf(pinned, [.. everReleased.Select(Wanted), released]).Should().BeTrue(
                    $"the target was {string.Join(", ", pinned)}, and released were {string.Join(", ", everReleased.Select(Wanted))}, in step {step} of seed {seed}: {string.Join("; ", told)}");
            }
        }
        finally
        {
            await (controller?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        TestContext.Current.SendDiagnosticMessage($"walk {seed} released {everReleased.Count} times, {everReleased.Count - everReleased.Distinct().Count()} of them again");
        everReleased.Count.Should().BeGreaterThan(1, "a walk in which nothing is released proves nothing");

        // What is stated in a step may have been seen by it, and an author's vote never counts after that.
        bool MayPass(IEnumerable<ModelledVote> cast, int wanted, int? by, ModelledCandidate about, DateTimeOffset stepBegan) => !isSeparated
            ? Approves(cast, wanted, by, about, stepBegan)
            : authors.TryGetValue(about.Revision, out var author) && Approves(cast.Where(vote => vote.User != author || !vote.Approves), wanted, by, about, stepBegan);

        async Task<string> TakeStepAsync()
        {
            var gated = (await source.GatedAsync())!;
            var candidate = GatedApp.Candidate(gated, "revision");
            if (controller is null && random.Next(4) == 0)
            {
                controller = await StartAsync();
                return "the controller starts";
            }

            if (opensForOne && candidate is not null && random.Next(3) == 0)
            {
                return await OpenForOneAsync(gated);
            }

            if (!opensForOne && random.Next(isOpened ? 20 : 3) == 0)
            {
                isOpened = !isOpened;
                await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", $$"""{"spec": {"default": "{{(isOpened ? "opened" : "closed")}}"} }""");
                await Cluster.UntilAsync(FluxResources.Gate, source.Namespace, "release", "is seen so", IsSeen);
                return $"the gate is {(isOpened ? "opened" : "closed")}";
            }

            switch (random.Next(isSeparated ? 18 : 15))
            {
                case 0:
                case >= 1 and <= 8 when candidate is null:
                    return await FetchAsync(awaitSeen: controller is not null);
                case >= 1 and <= 8:
                    return await VoteAsync(People[random.Next(3)], random.Next(12) == 0 ? "reject" : "approve", random.Next(5) == 0);
                case 9 when votes.Count > 0:
                    var revoked = votes[random.Next(votes.Count)];
                    await voters[revoked.User].RunAsync("-n", source.Namespace, "delete", "approval", revoked.Name);
                    votes.Remove(revoked);
                    return $"{revoked.User} revokes {revoked.Name}";
                case 10:
                    required = random.Next(1, 3);
                    await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", $$"""{"spec": {"approvals": {"required": {{required}}} } }""");
                    await Cluster.UntilAsync(FluxResources.Gate, source.Namespace, "release", "has its rules seen", IsSeen);
                    return $"requires {required}";
                case 11 when gated["status"]!["history"] is JsonArray { Count: > 1 } history:
                    return await AskBackAsync(history);
                case 12 when await source.TargetAsync() is not null:
                    edits++;
                    await (random.Next(2) == 0
                        ? Cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", $$"""{"spec": {"ref": {"commit": "ed{{edits}}"} } }""", "sluice-sources")
                        : Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gitrepository", "app-gated", "--wait=false"));
                    return "somebody changes or deletes the target";
                case 13 when controller is not null:
                    return await KillAsync(candidate, gated["status"]?["history"] as JsonArray);
                case 14 when isSigned:
                    key = 1 - key;
                    await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", new JsonObject { ["spec"] = new JsonObject { ["approvals"] = new JsonObject { ["keys"] = SigningKey.Keys(("key", keys[key!.Value], null)) } } }.ToJsonString());
                    await Cluster.UntilAsync(FluxResources.Gate, source.Namespace, "release", "has its keys seen", IsSeen);
                    return $"the gate has key {key}";
                case >= 15:
                    var written = candidate ?? $"main@sha1:{random.Next(16, 22):x}";
                    authors.TryAdd(written, People[random.Next(3)]);
                    var stated = new JsonArray([.. authors.Select(author => new JsonObject { ["revision"] = author.Key, ["author"] = author.Value })]);
                    await Cluster.PatchAsync(GatedApp.GatedSource, source.Namespace, "app", new JsonObject { ["status"] = new JsonObject { ["authors"] = stated } }.ToJsonString(), "ci", "status");
                    return $"{written} is said to be of {authors[written]}";
                default:
                    return "nothing";
            }
        }

        Task<RunningController> StartAsync() => RunningController.StartAsync(proxy.KubeconfigPath, ["--trust-requested-by", "--runtime-namespace=flux-system"]);

        // Cast before the source came back, or in the same second, it is of the time before.
        bool IsOfNow(ModelledVote vote) => !vote.Approves || vote.CastBy > seen.At;

        string Wanted(ModelledCandidate released) => $"{released.Revision[(released.Revision.LastIndexOf(':') + 1)..]} without {ignores[released.SpecDigest]}";

        async Task<(string? Target, string? Released)> TargetAndReleasedAsync()
        {
            var (target, gated) = (await source.TargetAsync(), await source.GatedAsync());
            return (target is null ? null : Pinned(target), Of(gated!["status"]?["released"]) is { } released ? Wanted(released) : null);
        }

        async Task<string> FetchAsync(bool awaitSeen)
        {
            var (revision, digest) = ($"main@sha1:{random.Next(16, 22):x}", $"sha256:{random.Next(2):x2}");
            var began = TimeProvider.System.GetUtcNow();
            if (random.Next(4) == 0)
            {
                ignoreNow = $"/docs-{random.Next(2)}";
                await Cluster.PatchAsync(source.Kind, source.Namespace, "app", $$"""{"spec": {"ignore": "{{ignoreNow}}"} }""");
            }

            var spec = (await Cluster.GetAsync(source.Kind, source.Namespace, "app"))!["spec"]!;
            offered = new(revision, digest, SpecDigest(spec));
            ignores[offered.SpecDigest] = ignoreNow;
            seen = controller is null || offered == seen.About ? seen : (offered, began);
            await source.FetchAsync(revision, digest);
            if (awaitSeen)
            {
                await source.UntilAsync($"sees {offered}, seed {seed}: {string.Join("; ", told)}", gated =>
                    (bool?)gated["status"]?["candidate"]?["rollback"] == true || SayWhatIsSeen.Any(field => Of(gated["status"]?[field]) == offered));
            }

            return $"fetches {revision} {digest} without {ignoreNow}";
        }

        // Mostly for what waits, by one of its names; else for what was released before.
        async Task<string> OpenForOneAsync(JsonNode gated)
        {
            var waits = Of(gated["status"]!["candidate"])!;
            var about = everReleased.Count > 0 && random.Next(5) == 0 ? everReleased[random.Next(everReleased.Count)] : waits;
            var name = random.Next(3) switch { 0 => about.Revision, 1 => about.Digest, _ => $"{about.Digest}@{about.SpecDigest}" };
            var stamp = $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}";
            await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", $$"""{"metadata": {"annotations": {"open.gate.fluxcd.io/revision": "{{name}}", "open.gate.fluxcd.io/requestedAt": "{{stamp}}"} } }""");
            opening = new(name, waits);
            await Cluster.UntilAsync(FluxResources.Gate, source.Namespace, "release", "is opened for one", gate => controller is null || (string?)gate["status"]?["lastHandledOpenAt"] == stamp);
            return $"the gate is opened for {name} alone";
        }

        async Task<string> AskBackAsync(JsonArray history)
        {
            var to = (string)history[random.Next(history.Count)]!["revision"]!;
            await Cluster.Kubectl.RunAsync("-n", source.Namespace, "annotate", "--overwrite", "gatedsource", "app",
                $"gating.toolkit.fluxcd.io/rollback-to={to}", $"gating.toolkit.fluxcd.io/rollback-requestedAt={++rollbacks}");
            return $"somebody asks to go back to {to}";
        }

        // At rest, or before or after one of the writes that follow from what happens next.
        async Task<string> KillAsync(string? candidate, JsonArray? history)
        {
            var (number, isAfter, killed) = (random.Next(4), random.Next(2) == 0, false);
            var when = number == 0 ? "at rest" : $"{(isAfter ? "after" : "before")} write {number}";
            bool Kill(int write)
            {
                if (write == number && !killed)
                {
                    killed = true;
                    controller!.Process.Kill();
                }

                return !killed;
            }

            var next = "nothing else happens";
            if (number > 0)
            {
                proxy.Forget();
                (proxy.BeforeWrite, proxy.AfterWrite) = isAfter ? ((Func<int, bool>?)null, (Action<int>)(write => Kill(write))) : (Kill, null);
                next = random.Next(4) switch
                {
                    0 => await FetchAsync(awaitSeen: false),
                    1 when history is { Count: > 1 } => await AskBackAsync(history),
                    _ when candidate is not null => await VoteAsync(People[random.Next(3)], "approve", ends: false),
                    _ => next,
                };
                var token = $"{Guid.NewGuid():n}";
                await Cluster.AnnotateAsync(GatedApp.GatedSource, source.Namespace, "app", "reconcile.fluxcd.io/requestedAt", token);
                await Eventually.GivesAsync("it has been killed, or has nothing to write", () => source.GatedAsync(), gated => killed || (string?)gated!["status"]?["lastHandledReconcileAt"] == token);
                (proxy.BeforeWrite, proxy.AfterWrite) = (null, null);
            }

            controller!.Process.Kill();
            await controller.DisposeAsync();
            controller = null;
            return $"the controller is killed {when}, and before that: {next}";
        }

        bool IsSeen(JsonNode gate) => controller is null || (long?)gate["status"]!["observedGeneration"] == (long?)gate["metadata"]!["generation"];

        async Task<string> VoteAsync(string user, string decision, bool ends)
        {
            var vote = await source.VoteAsync(user, decision);
            DateTimeOffset? until = ends ? TimeProvider.System.GetUtcNow().AddSeconds(2) : null;
            if (until is { } end)
            {
                vote["spec"]!["expiresAt"] = $"{end:yyyy-MM-ddTHH:mm:ss.fffZ}";
            }

            // Of another GatedSource at the same gate: the same artifact, and none of this one's business.
            var isElsewhere = random.Next(10) == 0;
            if (isElsewhere)
            {
                vote["spec"]!["target"]!["name"] = "other";
            }

            var (signedWith, how) = isSigned ? Sign(vote) : (null, "");
            await voters[user].RunAsync(["create", "-f", "-"], vote.ToJsonString());
            var spec = vote["spec"]!;
            if (isElsewhere)
            {
                return $"{user} says {decision} to {spec["revision"]} of another";
            }

            votes.Add(new(
                (string)vote["metadata"]!["name"]!, user, decision == "approve", new((string)spec["revision"]!, (string)spec["digest"]!, (string)spec["specDigest"]!), TimeProvider.System.GetUtcNow(), until, signedWith));
            return $"{user} says {decision} to {spec["revision"]} {spec["digest"]}{(ends ? " for 2 s" : "")}{how}";
        }

        (int? Key, string How) Sign(JsonNode vote)
        {
            var with = random.Next(8) == 0 ? 1 - key!.Value : key!.Value;
            switch (random.Next(10))
            {
                case 0:
                    return (null, " unsigned");
                case 1:
                    var other = vote.DeepClone();
                    other["spec"]!["digest"] = "sha256:ff";
                    vote["spec"]!["signature"] = keys[with].SignatureOf(other);
                    return (null, $" signed with {with} for another digest");
                case 2:
                    keys[with].SignInEnvelope(vote);
                    return (with, $" signed with {with} in an envelope");
                default:
                    keys[with].Sign(vote);
                    return (with, $" signed with {with}");
            }
        }
    }

    private static bool Approves(IEnumerable<ModelledVote> votes, int required, int? key, ModelledCandidate about, DateTimeOffset stepBegan)
    {
        // What ended before the step began has ended; what ends while it lasts may have counted.
        var valid = votes.Where(vote => vote.About == about && (vote.Until is null || vote.Until > stepBegan)).ToList();
        var surelyRejected = valid.Any(vote => !vote.Approves && vote.Until is null);
        return !surelyRejected && valid.Where(vote => vote.Approves && (key is null || vote.SignedWith == key)).Select(vote => vote.User).Distinct().Count() >= required;
    }

    private static string At(JsonNode? record) => $"{record!["at"]} {record["revision"]} {record["digest"]} {record["by"]}";

    /// <summary>Whether each of some values comes not before those before it in a sequence: to what was left nothing goes back by itself.</summary>
    private static bool IsInOrderOf(IEnumerable<string> values, IReadOnlyList<string?> sequence)
    {
        var at = 0;
        foreach (var value in values)
        {
            for (; at < sequence.Count && sequence[at] != value; at++)
            {
            }
        }

        return at < sequence.Count || !values.Any();
    }

    private static ModelledCandidate? Of(JsonNode? entry) => entry is null ? null : new((string)entry["revision"]!, (string)entry["digest"]!, (string)entry["specDigest"]!);

    private static string Pinned(JsonNode target) => $"{target["spec"]!["ref"]!["commit"]} without {target["spec"]!["ignore"]}";

    /// <summary>As the reference describes it: SHA-256 of the spec as JSON without spaces, its members in the order of their names.</summary>
    private static string SpecDigest(JsonNode spec) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sorted(spec)!.ToJsonString())))}";

    private static JsonNode? Sorted(JsonNode? value) => value switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => value?.DeepClone(),
    };
}
