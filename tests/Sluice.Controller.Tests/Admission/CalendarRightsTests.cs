using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Windows;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>A calendar says when its gate is open, so who may change one is who may configure the gate.</summary>
public sealed class CalendarRightsTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    private readonly Cluster _cluster = guarded.Cluster;

    [Fact]
    public async Task To_create_change_or_delete_a_calendar_of_a_gate_takes_configure_on_that_gate_and_no_other_ConfigMap_does()
    {
        var ns = await guarded.NewNamespaceAsync("editor", null, CalendarTests.Spec);
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "editor-edits", "--clusterrole=edit", "--user=editor");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "owner-edits", "--clusterrole=edit", "--user=owner");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "owner", "--clusterrole=sluice-owner", "--user=owner");

        // A gate takes a moment to be a parameter of the policy.
        await Eventually.GivesAsync("it is refused", () => RefusalAsync("editor", ns, "create configmap holidays --from-literal=de.ics=x --dry-run=server"), refusal => refusal is not null);
        (await RefusalAsync("editor", ns, "create configmap holidays --from-literal=de.ics=x")).Should().Contain(
            $"user editor may not create ConfigMap {ns}/holidays: gate {ns}/gate takes windows from it, so that takes the verb configure on the gate, as role sluice-owner gives it");
        await DoAsync("owner", ns, "create configmap holidays --from-literal=de.ics=x");
        (await RefusalAsync("editor", ns, """patch configmap holidays -p {"data":{"de.ics":"y"}}""")).Should().Contain($"user editor may not change ConfigMap {ns}/holidays");
        (await RefusalAsync("editor", ns, "delete configmap holidays")).Should().Contain($"user editor may not delete ConfigMap {ns}/holidays");
        (await RefusalAsync("editor", ns, "delete configmap --all")).Should().Contain($"user editor may not delete ConfigMap {ns}/holidays");

        (await RefusalAsync("editor", ns, $"delete --raw /api/v1/namespaces/{ns}/configmaps")).Should().Contain($"user editor may not delete ConfigMap {ns}/holidays", "a collection is deleted one by one");
        (await RefusalAsync("editor", ns, """patch configmap holidays -p {"immutable":true}""")).Should().Contain($"user editor may not change ConfigMap {ns}/holidays");

        await DoAsync("editor", ns, "label configmap holidays team=a");
        await DoAsync("editor", ns, "create configmap others --from-literal=a=b");
        await DoAsync("editor", ns, """patch configmap others -p {"data":{"a":"c"}}""");
        await DoAsync("owner", ns, """patch configmap holidays -p {"data":{"de.ics":"y"}}""");
        await DoAsync("owner", ns, "delete configmap holidays");
    }

    [Fact]
    public async Task A_namespace_that_is_deleted_takes_its_calendars_along_whoever_deletes_it()
    {
        var ns = await guarded.NewNamespaceAsync("leaver", null, CalendarTests.Spec);
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "configmap", "holidays", "--from-literal=de.ics=x");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "leaver-edits", "--clusterrole=edit", "--user=leaver");
        await Eventually.GivesAsync("it is refused", () => RefusalAsync("leaver", ns, "delete configmap holidays --dry-run=server"), refusal => refusal is not null);
        // Kubernetes' own finalizer keeps it until all of it is deleted, here by nobody else.
        await _cluster.Kubectl.RunAsync("delete", "namespace", ns, "--wait=false");
        await Eventually.GivesAsync("it is not refused", () => RefusalAsync("leaver", ns, "delete configmap holidays --ignore-not-found"), refusal => refusal is null);
    }

    private Task<string> DoAsync(string user, string ns, string command) => guarded.As(user).RunAsync(["-n", ns, .. command.Split(' ')]);

    private async Task<string?> RefusalAsync(string user, string ns, string command)
    {
        try
        {
            await DoAsync(user, ns, command);
            return null;
        }
        catch (KubectlException e)
        {
            return e.Message;
        }
    }
}
