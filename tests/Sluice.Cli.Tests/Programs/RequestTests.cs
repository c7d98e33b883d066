using System.Text.Json.Nodes;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

public sealed class RequestTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Fact]
    public async Task Open_writes_the_annotations_under_its_own_name()
    {
        var inNamespace = await cluster.NamespaceAsync("open-writes");
        await cluster.GateAsync(inNamespace, "sre-approval");
        var result = (await _sluice.RunAsync($"open sre-approval -n {inNamespace} --wait=false --revision main@sha1:abc --reason {{0}}", "CHG-7, the \"big\" one")).Succeeded();
        var stamp = await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/requestedAt");
        result.Output.Should().Be($"Asked gate {inNamespace}/sre-approval to open, as of {stamp}.\n");
        stamp.Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$");
        (await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/reason")).Should().Be("CHG-7, the \"big\" one");
        (await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/revision")).Should().Be("main@sha1:abc");
        var managers = await cluster.ValueAsync(inNamespace, "gate/sre-approval", "{.metadata.managedFields}");
        JsonNode.Parse(managers)!.AsArray().Single(entry => (string?)entry!["manager"] == "sluice-cli")!["fieldsV1"]!["f:metadata"]!["f:annotations"]!
            .AsObject().Select(field => field.Key).Should().Contain("f:open.gate.fluxcd.io/requestedAt");

        (await _sluice.RunAsync($"open {inNamespace}/sre-approval --wait=false")).Succeeded();
        (await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/requestedAt")).Should().NotBe(stamp);
        (await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/reason")).Should().BeEmpty("the reason of an earlier request is not this one's");
        (await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/revision")).Should().BeEmpty("nor is its revision");
    }

    [Fact]
    public async Task Close_leaves_what_open_wrote()
    {
        var inNamespace = await cluster.NamespaceAsync("close-writes");
        await cluster.GateAsync(inNamespace, "sre-approval");
        (await _sluice.RunAsync($"open sre-approval -n {inNamespace} --wait=false --reason release")).Succeeded();
        (await _sluice.RunAsync($"close sre-approval -n {inNamespace} --wait=false --reason freeze -o name")).Succeeded()
            .Output.Should().Be("gate.gating.toolkit.fluxcd.io/sre-approval\n");
        (await AnnotationAsync(inNamespace, @"close\.gate\.fluxcd\.io/reason")).Should().Be("freeze");
        (await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/reason")).Should().Be("release");
    }

    [Fact]
    public async Task Open_waits_until_the_controller_has_looked_and_says_until_when()
    {
        var inNamespace = await cluster.NamespaceAsync("open-waits");
        await cluster.GateAsync(inNamespace, "sre-approval");
        var running = _sluice.RunAsync($"open sre-approval -n {inNamespace} --timeout 30s");
        var stamp = "";
        while (stamp.Length == 0)
            stamp = await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/requestedAt");
        await cluster.StatusAsync(inNamespace, "sre-approval",
            $$"""
            "lastHandledOpenAt":"{{stamp}}","requestedAt":"{{stamp}}","resetToDefaultAt":"2126-03-26T11:00:00Z","request":{"target":"opened","stamp":"{{stamp}}"},
            "conditions":[{"type":"Opened","status":"True","reason":"ReconciliationSucceeded","message":"Gate scheduled for closing at 2126-03-26T11:00:00Z","lastTransitionTime":"{{stamp}}"}]
            """);
        (await running).Succeeded().Output.Should().StartWith($"Gate {inNamespace}/sre-approval is opened until 2126-03-26T11:00:00Z (in ");
    }

    [Fact]
    public async Task Nobody_answering_is_said_and_the_request_stays()
    {
        var inNamespace = await cluster.NamespaceAsync("open-nobody");
        await cluster.GateAsync(inNamespace, "sre-approval", opened: null);
        (await _sluice.RunAsync($"open sre-approval -n {inNamespace} --timeout 1s")).FailedWith(1).Error.Should().Be(
            $"error: the request is written to gate {inNamespace}/sre-approval, but nobody answered it within 1s: is sluice-controller running?\n"
            + "       ask 'sluice check'; the request counts from now and is taken as soon as a controller runs\n");
        (await AnnotationAsync(inNamespace, @"open\.gate\.fluxcd\.io/requestedAt")).Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_misspelt_gate_suggests_the_near_ones_here_first_and_then_elsewhere()
    {
        var here = await cluster.NamespaceAsync("typo-here");
        var there = await cluster.NamespaceAsync("typo-there");
        var empty = await cluster.NamespaceAsync("typo-empty");
        await cluster.GateAsync(here, "night-shift");
        await cluster.GateAsync(there, "weekend-shift");
        (await _sluice.RunAsync($"open nigth-shift -n {here} --wait=false")).FailedWith(1).Error.Should().Be(
            $"error: there is no gate 'nigth-shift' in namespace '{here}': did you mean night-shift?\n");
        (await _sluice.RunAsync($"close weekend-shif -n {here}")).FailedWith(1).Error.Should().Be(
            $"error: there is no gate 'weekend-shif' in namespace '{here}': did you mean weekend-shift in namespace {there}?\n");
        (await _sluice.RunAsync($"get gates unlike-anything -n {here}")).FailedWith(1).Error.Should().Be(
            $"error: there is no gate 'unlike-anything' in namespace '{here}', which has night-shift\n");
        (await _sluice.RunAsync($"get gates unlike-anything -n {empty}")).FailedWith(1).Error.Should().Be(
            $"error: there is no gate 'unlike-anything' in namespace '{empty}', which has none\n");
    }

    private Task<string> AnnotationAsync(string inNamespace, string name) => cluster.ValueAsync(inNamespace, "gate/sre-approval", $"{{.metadata.annotations.{name}}}");
}
