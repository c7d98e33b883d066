using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>
/// Flux deploys from whatever has the name of a target, so nobody but sluice-controller makes a source of that name: whoever it is, and whether it is there,
/// was deleted or is still to come. No controller runs while it is tried, nor would one be quick enough.
/// </summary>
public sealed class TargetNameTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";

    private Cluster Cluster => approving.Cluster;

    [Theory]
    [InlineData("GitRepository")]
    [InlineData("OCIRepository")]
    [InlineData("HelmChart")]
    public async Task Not_even_who_may_do_everything_makes_a_source_of_the_name_before_it_is_there(string kind)
    {
        var source = await KnownAsync(kind);
        foreach (var act in new[] { "create -f -", "apply -f -", "apply --server-side --field-manager=kustomize-controller -f -" })
        {
            (await FailAsync(Cluster.Kubectl, source, act, Manifest(source))).Should()
                .Contain($"{kind} {source.Namespace}/app-gated is the target of GatedSource {source.Namespace}/app, and is made by sluice-controller alone");
        }

        (await source.TargetAsync()).Should().BeNull();
    }

    [Fact]
    public async Task Nor_does_the_field_manager_of_the_controller_without_its_rights()
    {
        var source = await KnownAsync();
        var editor = await EditorAsync(source);
        (await FailAsync(editor, source, "create --field-manager=sluice-sources -f -", Manifest(source))).Should().Contain("is made by sluice-controller alone");
        await DoAsync(Cluster.Kubectl, source, "create --field-manager=sluice-sources -f -", Manifest(source));
    }

    [Fact]
    public async Task Who_owns_the_gated_source_deletes_what_is_deployed_from_and_puts_nothing_in_its_place()
    {
        var source = await ReleasedAsync();
        var owner = await EditorAsync(source, "sluice-owner");
        (await FailAsync(owner, source, "replace --force -f -", Manifest(source))).Should().Contain("is made by sluice-controller alone");
        (await source.TargetAsync()).Should().BeNull("it may delete it");
        (await FailAsync(owner, source, "create -f -", Manifest(source))).Should().Contain("is made by sluice-controller alone");

        await using var controller = await approving.StartControllerAsync();
        var target = await source.UntilTargetAsync("is made again", _ => true);
        target["spec"]!["ref"]!["commit"]!.GetValue<string>().Should().Be("aa");
    }

    [Fact]
    public async Task What_it_has_fetched_is_written_by_source_controller_alone_whatever_somebody_may_do_in_the_namespace()
    {
        var source = await ReleasedAsync();
        const string Redirect = """patch gitrepository app-gated --subresource=status --type=merge -p {"status":{"artifact":{"digest":"sha256:66","url":"http://evil.example.org/x.tar.gz","revision":"main@sha1:aa","path":"x","lastUpdateTime":"2026-01-01T00:00:00Z"}}}""";
        await DoAsync(Cluster.Kubectl, source, "create role writes-statuses --verb=* --resource=gitrepositories.source.toolkit.fluxcd.io/status");
        await DoAsync(Cluster.Kubectl, source, "create rolebinding writes-statuses --role=writes-statuses --user=editor");
        var editor = await EditorAsync(source);
        (await FailAsync(editor, source, Redirect)).Should()
            .Contain($"GitRepository {source.Namespace}/app-gated is the target of GatedSource {source.Namespace}/app: its status, by which Flux deploys, is written by who may patch gitrepositories/status in the whole cluster")
            .And.Contain("user editor may not");
        // Nor what its source offers, nor who wrote that.
        const string Author = """patch gitrepository app --subresource=status --type=merge -p {"status":{"artifact":{"metadata":{"org.opencontainers.image.authors":"bob"}}}}""";
        // Nor of which spec that is.
        const string Generation = """patch gitrepository app --subresource=status --type=merge -p {"status":{"observedGeneration":7}}""";
        foreach (var offer in new[] { Redirect.Replace("app-gated", "app", StringComparison.Ordinal), Author, Generation })
        {
            (await FailAsync(editor, source, offer)).Should()
                .Contain($"GitRepository {source.Namespace}/app is the source of GatedSource {source.Namespace}/app: its status, which says what asks to pass and who wrote it, is written by who may patch gitrepositories/status in the whole cluster")
                .And.Contain("user editor may not");
        }

        (await FailAsync(editor, source, Generation.Replace("gitrepository app", "gitrepository app-gated", StringComparison.Ordinal))).Should().Contain("its status, by which Flux deploys");

        await Cluster.Kubectl.RunAsync("create", "clusterrole", "source-controller", "--verb=get,patch", "--resource=gitrepositories.source.toolkit.fluxcd.io,gitrepositories.source.toolkit.fluxcd.io/status");
        await Cluster.Kubectl.RunAsync("create", "clusterrolebinding", "source-controller", "--clusterrole=source-controller", "--user=source-controller");
        foreach (var written in new[] { Redirect, Redirect.Replace("app-gated", "app", StringComparison.Ordinal), Author, Generation })
        {
            await DoAsync(Cluster.ControlPlane.KubectlFor("source-controller"), source, written);
        }
    }

    [Fact]
    public async Task While_something_waits_another_target_takes_override_on_the_gates()
    {
        var source = await ReleasedAsync();
        var owner = await EditorAsync(source, "sluice-owner");
        const string Retarget = """patch gatedsource app --type=merge -p {"spec":{"target":{"name":"other"}}}""";
        (await FailAsync(owner, source, Retarget)).Should()
            .Contain($"may not change the target of GatedSource {source.Namespace}/app while {B} waits at its gates: that takes the verb override on gate {source.Namespace}/release");
        await DoAsync(await EditorAsync(source, "sluice-admin"), source, Retarget);
        (await source.GatedAsync())!["spec"]!["target"]!["name"]!.ToString().Should().Be("other");
    }

    [Fact]
    public async Task Nor_is_override_on_the_gate_enough_that_is_taken_away_along_with_it()
    {
        var source = await ReleasedAsync();
        await Cluster.CreateGateAsync(source.Namespace, "second", "{}");
        await DoAsync(Cluster.Kubectl, source, """patch gatedsource app --type=merge -p {"spec":{"gates":[{"name":"release"},{"name":"second"}]}}""");
        var owner = await EditorAsync(source, "sluice-owner");
        await DoAsync(Cluster.Kubectl, source, "create role overrides-second --verb=override --resource=gates.gating.toolkit.fluxcd.io --resource-name=second");
        await DoAsync(Cluster.Kubectl, source, "create rolebinding overrides-second --role=overrides-second --user=sluice-owner");
        (await FailAsync(owner, source, """patch gatedsource app --type=merge -p {"spec":{"gates":[{"name":"release"}],"target":{"name":"other"}}}""")).Should()
            .Contain($"that takes the verb override on gate {source.Namespace}/release and gate {source.Namespace}/second");
        await DoAsync(owner, source, """patch gatedsource app --type=merge -p {"spec":{"gates":[{"name":"release"}]}}""");
    }

    [Fact]
    public async Task While_nothing_waits_it_takes_none()
    {
        var source = await KnownAsync();
        await DoAsync(await EditorAsync(source, "sluice-owner"), source, """patch gatedsource app --type=merge -p {"spec":{"target":{"name":"other"}}}""");
        await FreeAsync(source);
        (await FailAsync(Cluster.Kubectl, source, "create -f -", Manifest(source, "other"))).Should().Contain("is made by sluice-controller alone");
    }

    [Fact]
    public async Task Every_other_name_kind_and_namespace_is_free_and_so_is_the_name_when_the_gated_source_is_gone()
    {
        var source = await KnownAsync();
        var elsewhere = await Cluster.NewNamespaceAsync();
        await DoAsync(Cluster.Kubectl, source, "create -f -", Manifest(source, "free"));
        await Cluster.Kubectl.RunAsync(["-n", elsewhere, "create", "-f", "-"], Manifest(source), TestContext.Current.CancellationToken);
        await DoAsync(Cluster.Kubectl, source, "create -f -", """
            {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "OCIRepository", "metadata": {"name": "app-gated"}, "spec": {"interval": "1h", "url": "oci://registry.example.org/app"} }
            """);
        await DoAsync(Cluster.Kubectl, source, "delete gatedsource app");
        await FreeAsync(source);
    }

    /// <summary>The API server hears of a gated source as a watcher does, a moment after it was created.</summary>
    private async Task<PlayedSource> KnownAsync(string kind = "GitRepository")
    {
        var source = await PlayedSource.StartAsync(Cluster, kind);
        await Eventually.GivesAsync("the name is taken", () => TryAsync(source, "create --dry-run=server -f -"), said => said.Contains("is made by sluice-controller alone", StringComparison.Ordinal));
        return source;
    }

    private static Task FreeAsync(PlayedSource source) =>
        Eventually.GivesAsync("the name is free, and has been used", () => TryAsync(source, "create -f -"), said => said.Contains("created", StringComparison.Ordinal));

    /// <summary>A is released, B waits, and no controller runs any more.</summary>
    private async Task<PlayedSource> ReleasedAsync()
    {
        await using var controller = await approving.StartControllerAsync();
        var source = await PlayedSource.StartAsync(Cluster, gated: ", initial: release");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilReleasedAsync(A);
        await source.UntilTargetAsync("is there", _ => true);
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);
        await controller.Process.TerminateAsync(TimeSpan.FromSeconds(20));
        return source;
    }

    /// <summary>Somebody who may do everything to sources, and has a role in the namespace besides.</summary>
    private async Task<Kubectl> EditorAsync(PlayedSource source, string? role = null)
    {
        var user = role ?? "editor";
        await DoAsync(Cluster.Kubectl, source, $"create role edits-sources-as-{user} --verb=* --resource=gitrepositories.source.toolkit.fluxcd.io");
        await DoAsync(Cluster.Kubectl, source, $"create rolebinding edits-sources-as-{user} --role=edits-sources-as-{user} --user={user}");
        return role is null ? Cluster.ControlPlane.KubectlFor(user) : await source.AsAsync(user, role);
    }

    private static Task<string> TryAsync(PlayedSource source, string act) =>
        source.Cluster.Kubectl.TryAsync(In(source, act), Manifest(source), TestContext.Current.CancellationToken);

    private static string Manifest(PlayedSource source, string name = "app-gated") => new JsonObject
    {
        ["apiVersion"] = source.Kind.ApiVersion,
        ["kind"] = source.Kind.Kind,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = JsonNode.Parse(PlayedSource.Spec(source.Kind.Kind)),
    }.ToJsonString();

    private static Task<string> DoAsync(Kubectl kubectl, PlayedSource source, string act, string? input = null) =>
        kubectl.RunAsync(In(source, act), input, TestContext.Current.CancellationToken);

    private static async Task<string> FailAsync(Kubectl kubectl, PlayedSource source, string act, string? input = null) =>
        (await new Func<Task>(() => DoAsync(kubectl, source, act, input)).Should().ThrowAsync<KubectlException>(act)).Which.Error;

    private static string[] In(PlayedSource source, string act) => ["-n", source.Namespace, .. act.Split(' ')];
}
