using System.Text;
using System.Text.Json.Nodes;
using Sluice.Api.Sources;
using Sluice.Controller.Approvals;
using Sluice.Controller.Gated;
using Sluice.Controller.Sources;
using Sluice.Controller.Tests.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Sources;

/// <summary>What is kept of gated sources, with what was read last of their sources and targets; the gated objects of these are counted by <see cref="CachedMemoryTests"/>. Runs alone, since the memory is that of the whole process.</summary>
[Collection(CachedMemoryTests.Alone)]
public sealed class GatedSourceMemoryTests
{
    private const int Sources = 1000;
    private const int History = 20;

    [Fact]
    public void A_gated_source_with_a_whole_history_and_a_candidate_costs_less_than_eight_kilobytes_in_memory_with_what_was_read_of_its_source_and_target()
    {
        SourceKinds.TryFind("GitRepository", out var kind).Should().BeTrue();
        var json = Enumerable.Range(0, Sources).Select(Written).ToList();
        var read = ObservedGatedSource.Read(json[0], trustRequestedBy: true);
        read.State.History.Should().HaveCount(History);
        read.State.Waiting.Should().NotBeNull();
        read.Status!.Decisions.Should().HaveCount(SourceDecision.KeptLength);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cache = new ObjectCache<ObservedGatedSource>();
        foreach (var (name, values) in GatedSources.Indexes)
        {
            cache.AddIndex(name, values);
        }

        var (sources, targets) = (new LatestByVersion<SeenSource>(), new LatestByVersion<SeenTarget>());
        foreach (var one in json)
        {
            cache.Set(ObservedGatedSource.Read(one, trustRequestedBy: true));
        }

        var alone = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Sources;
        foreach (var number in Enumerable.Range(0, Sources))
        {
            var (source, target) = (new GatedKey(kind!, new($"team-{number % 50}", $"app-{number}")), new GatedKey(kind!, new($"team-{number % 50}", $"app-{number}-gated")));
            sources.Keep(source, $"2{number}", SourceReader.Read(source, Fetched(number, """{"branch": "main"}""")));
            targets.Keep(target, $"3{number}", Targets.Read(target, Fetched(number, $$"""{"branch": "main", "commit": "{{Hex(new(number), 40)}}"}""")));
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Sources;
        cache.Count.Should().Be(Sources);
        GC.KeepAlive(json);
        GC.KeepAlive(sources);
        GC.KeepAlive(targets);
        TestContext.Current.SendDiagnosticMessage($"a gated source of {json[0].Length} bytes costs {each:0} bytes in memory, {alone:0} of them in its own cache");
        each.Should().BeInRange(500, 8192);
    }

    [Fact]
    public void An_approval_with_a_signature_of_the_largest_size_costs_less_in_memory_than_it_has_characters()
    {
        const int Count = 100;
        // What is signed is in base64, and says nothing twice.
        var json = Enumerable.Range(0, Count).Select(number => Encoding.UTF8.GetBytes($$"""
            {"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "Approval",
             "metadata": {"name": "vote-{{number}}", "namespace": "apps", "uid": "{{number}}", "resourceVersion": "1", "creationTimestamp": "2026-03-26T10:00:00Z"},
             "spec": {"gate": {"name": "release", "uid": "2"}, "target": {"kind": "GatedSource", "namespace": "apps", "name": "app", "uid": "3"},
              "revision": "main@sha1:aa", "digest": "sha256:01", "specDigest": "sha256:02", "decision": "approve", "approver": {"username": "alice"},
              "signature": {"statement": "{{Random64(number, 16 * 1024)}}", "bundle": "{{Random64(number + Count, 48 * 1024)}}"} } }
            """)).ToList();
        ObservedApproval.Read(json[0]).Should().NotBeNull();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var kept = json.ConvertAll(one => ObservedApproval.Read(one)!);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Count;
        GC.KeepAlive(json);
        GC.KeepAlive(kept);
        TestContext.Current.SendDiagnosticMessage($"an approval of {json[0].Length} bytes costs {each:0} bytes in memory");
        each.Should().BeInRange(500, json[0].Length);

        static string Random64(int seed, int length)
        {
            var bytes = new byte[length / 4 * 3];
            new Random(seed).NextBytes(bytes);
            return Convert.ToBase64String(bytes);
        }
    }

    /// <summary>As the API server sends it after twenty releases, with one more revision waiting at two gates for the second of two approvals.</summary>
    private static byte[] Written(int number)
    {
        var random = new Random(number);
        var spec = Hex(random, 64);
        var releases = Enumerable.Range(0, History).Select(i =>
            $$"""
            {"revision": "main@sha1:{{Hex(random, 40)}}", "digest": "sha256:{{Hex(random, 64)}}", "specDigest": "sha256:{{spec}}", "at": "2026-03-{{28 - i:00}}T10:00:00Z",
             "by": "anna@example.com, ben@example.com", "reason": "GateOpened", "healthySince": "2026-03-{{28 - i:00}}T10:02:11Z", "healthyUntil": "2026-03-{{28 - i:00}}T23:02:11Z",
             "message": "Reconciliation is approved, gate 'team-{{number % 50}}/sre-approval' is opened, gate 'flux-system/maintenance' is opened."}
            """).ToList();
        // A release, and the wait before it: as its decisions come.
        var decisions = Enumerable.Range(0, History).Select(i => (Release: JsonNode.Parse(releases[i / 2])!, IsRelease: i % 2 == 0)).Select(decided =>
            $$"""
            {"at": "{{decided.Release["at"]}}", "decision": "{{(decided.IsRelease ? "Released" : "CandidateWaiting")}}", "revision": "{{decided.Release["revision"]}}", "digest": "{{decided.Release["digest"]}}",
             "specDigest": "sha256:{{spec}}", "by": "anna@example.com, ben@example.com", "reason": "{{(decided.IsRelease ? "GateOpened" : "ApprovalPending")}}",
             "gates": [{"name": "team-{{number % 50}}/sre-approval", "state": "closed", "reason": "ApprovalPending"}, {"name": "flux-system/maintenance", "state": "opened", "reason": "GateOpened"}],
             "message": "Candidate {{decided.Release["revision"]}} is waiting approval, gate 'team-{{number % 50}}/sre-approval' has 0 of 2 approvals, gate 'flux-system/maintenance' is closed. It supersedes main@sha1:{{Hex(random, 40)}}, which was not released."}
            """).ToList();
        return Encoding.UTF8.GetBytes(
            $$$"""
            {"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "GatedSource",
             "metadata": {"name": "app-{{{number}}}", "namespace": "team-{{{number % 50}}}", "uid": "{{{Guid.NewGuid()}}}", "resourceVersion": "1{{{number}}}", "generation": 2, "creationTimestamp": "2026-01-01T00:00:00Z",
               "managedFields": [{"manager": "sluice", "operation": "Apply", "apiVersion": "v1", "time": "2026-03-26T10:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {"f:history": {} } } }]},
             "spec": {"sourceRef": {"kind": "GitRepository", "name": "app-{{{number}}}"}, "target": {"name": "app-{{{number}}}-gated"}, "gates": [{"name": "sre-approval"}, {"name": "maintenance", "namespace": "flux-system"}]},
             "status": {"observedGeneration": 2,
               "candidate": {"revision": "main@sha1:{{{Hex(random, 40)}}}", "digest": "sha256:{{{Hex(random, 64)}}}", "specDigest": "sha256:{{{spec}}}", "since": "2026-03-29T10:00:00Z",
                 "gates": [{"name": "team-{{{number % 50}}}/sre-approval", "state": "Closed", "reason": "ApprovalsMissing", "message": "1 of 2 approvals, of anna@example.com"},
                           {"name": "flux-system/maintenance", "state": "Opened", "reason": "ReconciliationSucceeded"}],
                 "approvals": [{"name": "anna-{{{number}}}", "gate": "team-{{{number % 50}}}/sre-approval", "approver": "anna@example.com", "decision": "approve", "at": "2026-03-29T11:00:00Z"}]},
               "released": {{{releases[0]}}}, "history": [{{{string.Join(',', releases)}}}], "decisions": [{{{string.Join(',', decisions)}}}],
               "specs": [{"digest": "sha256:{{{spec}}}", "spec": "{\"interval\":\"1m\",\"provider\":\"generic\",\"ref\":{\"branch\":\"main\"},\"secretRef\":{\"name\":\"app-deploy-key\"},\"timeout\":\"60s\",\"url\":\"ssh://git@git.example.org/team/app-{{{number}}}.git\"}"}],
               "conditions": [
                 {"type": "Approved", "status": "False", "reason": "GateClosed", "lastTransitionTime": "2026-03-29T10:00:00Z", "message": "Reconciliation is waiting approval, gate 'team-{{{number % 50}}}/sre-approval' is closed."},
                 {"type": "Healthy", "status": "True", "reason": "ConsumersReady", "lastTransitionTime": "2026-03-29T10:00:00Z", "message": "1 of 1 consumers are ready"},
                 {"type": "Ready", "status": "True", "reason": "Released", "lastTransitionTime": "2026-03-28T10:00:00Z", "message": "main is released"}]}}
            """);
    }

    /// <summary>A source or a target, as source-controller leaves it.</summary>
    private static JsonNode Fetched(int number, string reference) => JsonNode.Parse($$"""
        {"metadata": {"name": "app", "uid": "{{Guid.NewGuid()}}", "resourceVersion": "2{{number}}", "generation": 1, "annotations": {"gating.toolkit.fluxcd.io/gated-source": "app-{{number}}"} },
         "spec": {"interval": "1m", "provider": "generic", "ref": {{reference}}, "secretRef": {"name": "app-deploy-key"}, "timeout": "60s", "url": "ssh://git@git.example.org/team/app-{{number}}.git"},
         "status": {"observedGeneration": 1, "artifact": {"revision": "main@sha1:{{Hex(new(number), 40)}}", "digest": "sha256:{{Hex(new(number), 64)}}"}, "conditions": [{"type": "Ready", "status": "True"}] } }
        """)!;

    private static string Hex(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "0123456789abcdef"[random.Next(16)]));
}
