using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What names gates is held by the API server itself, from birth on, and released by Sluice alone.</summary>
public sealed class BornHeldTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    private const string Gates = "gating.toolkit.fluxcd.io/gates";

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = guarded.Cluster;

    [Theory]
    [MemberData(nameof(BirthStory.Kinds), MemberType = typeof(BirthStory))]
    public async Task What_names_gates_is_created_held_owned_by_nobody_and_released_when_they_open(string kind)
    {
        var resource = FluxResources.All.Single(resource => resource.Kind == kind);
        var ns = await NewAsync();
        var born = await CreateAsync(resource, ns, GatedSamples.Write(resource, ns, "app", "gate"));
        await BirthStory.IsHeldAndReleasedAsync(_cluster, resource, ns, born);
    }

    [Fact]
    public async Task What_names_gates_in_its_spec_is_created_held()
    {
        var ns = await NewAsync();
        (await CreateAsync(ns, """{"spec": {"gates": [{"name": "gate"}]} }""")).IsSuspended().Should().BeTrue();
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task What_has_the_annotation_and_names_no_gate_by_it_is_created_held_and_released_when_it_is_removed(string none)
    {
        var ns = await NewAsync();
        (await CreateAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "{{{none}}}"} } }""")).IsSuspended().Should().BeTrue();
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "InvalidReference");
        await PatchAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": null} } }""");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is released", found => !found.IsSuspended() && found.HeldBy() is null);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"spec": {"gates": []} }""")]
    public async Task What_names_no_gates_is_left_alone(string more)
    {
        var ns = await NewAsync();
        var born = await CreateAsync(ns, more);
        born["spec"]!["suspend"].Should().BeNull();
        born.HeldBy().Should().BeNull();
    }

    [Fact]
    public async Task An_object_that_says_suspend_false_is_held_all_the_same_and_does_not_stay_suspended_for_it()
    {
        var ns = await NewAsync();
        var born = await CreateAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "gate"} }, "spec": {"suspend": false} }""");
        born.IsSuspended().Should().BeTrue();
        born.SuspendOwners().Should().BeEmpty("the author wants it to run, which must not look like a suspension of theirs");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task An_object_that_its_author_suspends_is_theirs_and_stays_suspended_when_its_gates_open()
    {
        var ns = await NewAsync();
        var born = await CreateAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "gate"} }, "spec": {"suspend": true} }""");
        await BirthStory.StaysItsAuthorsAsync(_cluster, Kustomization, ns, born);
    }

    [Theory]
    [InlineData("""{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gates": "gate"} } }""")]
    [InlineData("""{"spec": {"gates": [{"name": "gate"}]} }""")]
    public async Task An_object_that_comes_to_name_gates_is_held_by_the_same_write(string patch)
    {
        var ns = await NewAsync();
        await CreateAsync(ns, "{}");
        var patched = await PatchAsync(ns, patch);
        patched.IsSuspended().Should().BeTrue();
        patched.SuspendOwners().Should().BeEmpty();
    }

    [Fact]
    public async Task A_released_object_that_comes_to_name_another_gate_is_held_until_that_has_been_asked()
    {
        var ns = await NewAsync();
        await _cluster.CreateGateAsync(ns, "opened", """{"default": "opened"}""");
        await CreateAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "opened"} } }""");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        (await PatchAsync(ns, """{"metadata": {"labels": {"team": "a"} } }""")).IsSuspended().Should().BeFalse("nothing about its gates has changed");
        (await PatchAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "opened,gate"} } }""")).IsSuspended().Should().BeTrue();
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task A_manifest_in_Git_that_says_suspend_false_does_not_lift_a_hold_and_changes_nothing_until_the_gates_open()
    {
        var ns = await NewAsync();
        await ApplyAsync(ns, "false");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        var applied = await ApplyAsync(ns, "false");
        applied.IsSuspended().Should().BeTrue();
        await Eventually.GivesAsync("Sluice owns the suspension again", () => _cluster.GetAsync(Kustomization, ns, "app"), found => found!.SuspendOwners().SequenceEqual(["sluice"]));

        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        (await ApplyAsync(ns, "false")).SuspendOwners().Should().Equal("kustomize-controller");
    }

    [Fact]
    public async Task A_manifest_in_Git_that_comes_to_say_suspend_true_is_a_persons_wish()
    {
        var ns = await NewAsync();
        await ApplyAsync(ns, "false");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await ApplyAsync(ns, "false");
        await ApplyAsync(ns, "true");
        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).SuspendOwners().Should().Equal("kustomize-controller");
    }

    [Theory]
    [InlineData("false")]
    [InlineData("null")]
    public async Task Who_resumes_what_was_never_held_since_its_author_had_suspended_it_gets_it_held(string value)
    {
        var ns = await NewAsync();
        guarded.Controller!.Process.Kill();
        await CreateAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "gate"} }, "spec": {"suspend": true} }""");
        var resumed = await PatchAsync(ns, $$$"""{"spec": {"suspend": {{{value}}}} }""");
        resumed.IsSuspended().Should().BeTrue();
        resumed.HeldBy().Should().Be("admission (NotDecidedYet)");
        resumed.SuspendOwners().Should().BeEmpty();
        await guarded.StartControllerAsync();
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).IsSuspended().Should().BeFalse();
    }

    [Theory]
    [InlineData("false")]
    [InlineData("null")]
    public async Task Who_resumes_a_held_object_is_refused_and_told_what_to_do(string value)
    {
        var ns = await NewAsync();
        await CreateAsync(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "gate"} } }""");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await Refused(() => PatchAsync(ns, $$$"""{"spec": {"suspend": {{{value}}}} }"""),
            $"Kustomization {ns}/app is held by {ns}/gate (GateClosed), and only its gates let it go. Open them");
    }

    [Fact]
    public async Task Who_replaces_a_held_object_by_a_manifest_without_the_hold_is_refused()
    {
        var ns = await NewAsync();
        var manifest = Manifest(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "gate"} } }""");
        await CreateAsync(Kustomization, ns, manifest);
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await Refused(
            async () => await _cluster.Kubectl.RunAsync(["replace", "-f", "-"], Encoding.UTF8.GetString(manifest.Span)), "is held by");
    }

    private async Task<string> NewAsync()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        return ns;
    }

    private static async Task Refused(Func<Task> act, string because)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is KubernetesApiException or KubectlException)
        {
            e.Message.Should().Contain(because);
            return;
        }

        Assert.Fail($"it was not refused: {because}");
    }

    private Task<JsonNode> CreateAsync(string ns, string more) => CreateAsync(Kustomization, ns, Manifest(ns, more));

    private Task<JsonNode> CreateAsync(ApiResource resource, string ns, ReadOnlyMemory<byte> manifest) =>
        _cluster.Api.CreateAsync(resource, ns, manifest, Parse, new() { FieldManager = "author" });

    private Task<JsonNode> PatchAsync(string ns, string patch) =>
        _cluster.Api.MergePatchAsync(Kustomization, new(ns, "app"), Encoding.UTF8.GetBytes(patch), new() { FieldManager = "author" }, Parse);

    /// <summary>As kustomize-controller applies a manifest from Git.</summary>
    private Task<JsonNode> ApplyAsync(string ns, string suspend) => _cluster.Api.ApplyAsync(
        Kustomization, new(ns, "app"), Manifest(ns, $$$"""{"metadata": {"annotations": {"{{{Gates}}}": "gate"} }, "spec": {"suspend": {{{suspend}}}} }"""),
        new("kustomize-controller") { Force = true }, Parse);

    /// <summary>A Kustomization <c>app</c> with what is given added.</summary>
    private static ReadOnlyMemory<byte> Manifest(string ns, string more)
    {
        var manifest = JsonNode.Parse($$$"""
            {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": "app", "namespace": "{{{ns}}}"}, "spec": {{{GatedSamples.Spec("Kustomization")}}} }
            """)!;
        var added = JsonNode.Parse(more)!;
        foreach (var part in new[] { "metadata", "spec" })
        {
            foreach (var (name, value) in added[part]?.AsObject() ?? [])
            {
                manifest[part]![name] = value?.DeepClone();
            }
        }

        return Encoding.UTF8.GetBytes(manifest.ToJsonString());
    }

    private static JsonNode Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!;
}
