using System.Text;

namespace Sluice.Kubernetes.Tests.Cluster;

public sealed class VerbTests(TestCluster cluster) : IAsyncLifetime
{
    private readonly KubernetesApi _api = cluster.Open();
    private ObjectKey _key;

    private static ApiResource ConfigMaps => TestCluster.ConfigMaps;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _key = new ObjectKey(await cluster.NewNamespaceAsync(), "map");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_object_is_created_read_replaced_patched_and_deleted()
    {
        var created = await CreateAsync("1");
        (await _api.GetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation)).Should().Be(created);

        var updated = await _api.UpdateAsync(ConfigMaps, _key, ConfigMap.Body(_key, "2", version: created.ResourceVersion), null, ConfigMap.Decode, Cancellation);
        updated.Value.Should().Be("2");
        ResourceVersions.IsNewer(updated.ResourceVersion, created.ResourceVersion).Should().BeTrue();

        var patched = await _api.MergePatchAsync(ConfigMaps, _key, Encoding.UTF8.GetBytes("""{"data":{"value":"3"}}"""), null, ConfigMap.Decode, Cancellation);
        patched.Value.Should().Be("3");

        (await _api.DeleteAsync(ConfigMaps, _key, cancellation: Cancellation)).Should().BeTrue();
        (await _api.DeleteAsync(ConfigMaps, _key, cancellation: Cancellation)).Should().BeFalse("it is gone");
        (await _api.TryGetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation)).Should().BeNull();
        var missing = await Refusal(_api.GetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation));
        missing.IsNotFound.Should().BeTrue();
        missing.Message.Should().Be($"get ConfigMap {_key}: 404 NotFound: configmaps \"map\" not found");
    }

    [Fact]
    public async Task Creating_what_exists_is_refused_as_such()
    {
        await CreateAsync("1");
        (await Refusal(CreateAsync("2"))).IsAlreadyExists.Should().BeTrue();
    }

    [Fact]
    public async Task A_list_follows_its_pages()
    {
        for (var i = 0; i < 5; i++)
        {
            var key = _key with { Name = $"map-{i}" };
            await _api.CreateAsync(ConfigMaps, key.Namespace, ConfigMap.Body(key, $"{i}", i % 2 == 0 ? "even" : "odd"), ObjectDecoders.Ignore, cancellation: Cancellation);
        }
        var list = await _api.ListAsync(ConfigMaps, new ListOptions { Namespace = _key.Namespace, PageSize = 2 }, ConfigMap.Decode, Cancellation);
        list.Items.Select(item => item.Value).Should().Equal("0", "1", "2", "3", "4");
        list.ResourceVersion.Should().NotBeEmpty();

        var even = await _api.ListAsync(ConfigMaps, new ListOptions { Namespace = _key.Namespace, LabelSelector = "app=even" }, ConfigMap.Decode, Cancellation);
        even.Items.Select(item => item.Value).Should().Equal("0", "2", "4");
        var two = await _api.ListAsync(ConfigMaps, new ListOptions { Namespace = _key.Namespace, Limit = 2, MetadataOnly = true }, ConfigMap.Decode, Cancellation);
        two.Items.Select(item => item.Key.Name).Should().Equal("map-0", "map-1");
        two.Items[0].Value.Should().BeNull("metadata alone was asked for");
    }

    [Fact]
    public async Task An_apply_conflicts_with_another_manager_s_field_says_whose_it_is_and_can_be_forced()
    {
        await ApplyAsync("theirs", "1");
        var conflict = await Refusal(ApplyAsync("ours", "2"));
        conflict.IsFieldManagerConflict.Should().BeTrue();
        conflict.Causes.Should().ContainSingle().Which.Should().Match<StatusCause>(c => c.Field == ".data.value" && c.Message.Contains("\"theirs\""));

        (await ApplyAsync("ours", "2", force: true)).Value.Should().Be("2");
    }

    [Fact]
    public async Task A_field_that_two_managers_own_stays_until_both_have_given_it_up()
    {
        await ApplyAsync("theirs", "1");
        await ApplyAsync("ours", "1");
        (await ApplyAsync("ours", null)).Value.Should().Be("1", "they still own it");
        (await ApplyAsync("theirs", null)).Value.Should().BeNull("nobody owns it any more");
    }

    [Fact]
    public async Task An_apply_that_carries_the_uid_of_a_deleted_object_creates_nothing()
    {
        var created = await CreateAsync("1");
        await _api.DeleteAsync(ConfigMaps, _key, cancellation: Cancellation);

        var refusal = await Refusal(_api.ApplyAsync(ConfigMaps, _key, ConfigMap.Body(_key, "2", uid: created.Uid), new ApplyOptions("ours") { Force = true },
            ConfigMap.Decode, Cancellation));

        refusal.IsConflict.Should().BeTrue(refusal.Message);
        (await _api.TryGetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation)).Should().BeNull();
    }

    [Fact]
    public async Task An_apply_that_carries_the_uid_of_a_deleted_object_conflicts_with_a_later_one_of_the_same_name()
    {
        var created = await CreateAsync("1");
        await _api.DeleteAsync(ConfigMaps, _key, cancellation: Cancellation);
        await CreateAsync("other");

        var refusal = await Refusal(_api.ApplyAsync(ConfigMaps, _key, ConfigMap.Body(_key, "2", uid: created.Uid), new ApplyOptions("ours") { Force = true },
            ConfigMap.Decode, Cancellation));

        refusal.IsConflict.Should().BeTrue(refusal.Message);
        (await _api.GetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation)).Value.Should().Be("other");
    }

    [Fact]
    public async Task A_merge_patch_with_a_stale_version_is_refused_and_one_of_a_missing_object_creates_nothing()
    {
        var created = await CreateAsync("1");
        await ApplyAsync("theirs", "1", "label");
        var stale = await Refusal(_api.MergePatchAsync(ConfigMaps, _key, ConfigMap.Body(_key, "2", version: created.ResourceVersion), null, ConfigMap.Decode, Cancellation));
        (stale.IsConflict, stale.IsFieldManagerConflict).Should().Be((true, false));

        var other = _key with { Name = "other" };
        (await Refusal(_api.MergePatchAsync(ConfigMaps, other, ConfigMap.Body(other, "2"), null, ConfigMap.Decode, Cancellation))).IsNotFound.Should().BeTrue();
    }

    [Fact]
    public async Task A_delete_with_preconditions_spares_a_later_object_of_the_same_name()
    {
        var first = await CreateAsync("1");
        await _api.DeleteAsync(ConfigMaps, _key, cancellation: Cancellation);
        await CreateAsync("2");

        (await Refusal(_api.DeleteAsync(ConfigMaps, _key, new DeleteOptions { Uid = first.Uid }, Cancellation))).IsConflict.Should().BeTrue();
        (await _api.GetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation)).Value.Should().Be("2");
    }

    [Fact]
    public async Task A_dry_run_stores_nothing()
    {
        await _api.ApplyAsync(ConfigMaps, _key, ConfigMap.Body(_key, "1"), new ApplyOptions("ours") { DryRun = true }, ObjectDecoders.Ignore, Cancellation);
        (await _api.TryGetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation)).Should().BeNull();
    }

    [Fact]
    public async Task A_user_without_rights_is_refused_by_name()
    {
        var api = cluster.Open(cluster.ControlPlane.KubeconfigFor("jane"));
        var refusal = await Refusal(api.GetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation));
        refusal.IsForbidden.Should().BeTrue();
        refusal.Message.Should().Contain("\"jane\"", "the client certificate says who asks");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_transient_failure()
    {
        var kubeconfig = (await File.ReadAllTextAsync(cluster.ControlPlane.KubeconfigPath, Cancellation))
            .Replace($":{cluster.ControlPlane.Address.Port}", ":1", StringComparison.Ordinal);
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, kubeconfig, Cancellation);
        var refusal = await Refusal(cluster.Open(path).GetAsync(ConfigMaps, _key, ConfigMap.Decode, Cancellation));
        File.Delete(path);
        (refusal.StatusCode, refusal.Reason, refusal.IsTransient).Should().Be((0, "ConnectionFailed", true), refusal.Message);
    }

    private Task<ConfigMap> CreateAsync(string value) =>
        _api.CreateAsync(ConfigMaps, _key.Namespace, ConfigMap.Body(_key, value), ConfigMap.Decode, cancellation: Cancellation);

    private Task<ConfigMap> ApplyAsync(string manager, string? value, string? label = null, bool force = false) =>
        _api.ApplyAsync(ConfigMaps, _key, ConfigMap.Body(_key, value, label), new ApplyOptions(manager) { Force = force }, ConfigMap.Decode, Cancellation);

    private static async Task<KubernetesApiException> Refusal(Task call) =>
        (await FluentActions.Awaiting(() => call).Should().ThrowAsync<KubernetesApiException>()).Which;
}
