namespace Sluice.Cli.Tests.Programs;

public sealed class OverrideTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);
    private readonly LatchingController _controller = new(cluster);

    [Fact]
    public async Task A_close_window_is_named_with_its_end_and_with_what_overrides_it()
    {
        var inNamespace = await FrozenAsync("override-told");
        var refused = (await RunAsync(inNamespace, $"open maintenance -n {inNamespace}")).FailedWith(1).Error;
        refused.Should().MatchRegex($@"^error: gate {inNamespace}/maintenance has taken the request and stays closed: close window 'freeze' until 2126-03-26T00:00:00Z \(in \d+y\) is stronger than a request to open");
        refused.Should().EndWith($"\n       to open it all the same: sluice open maintenance -n {inNamespace} --override --reason TEXT\n");
    }

    [Fact]
    public async Task An_override_opens_through_a_close_window_and_can_be_repeated_with_the_same_reason()
    {
        var inNamespace = await FrozenAsync("override-opens");
        var first = (await RunAsync(inNamespace, $"open maintenance -n {inNamespace} --override --reason {{0}}", "CVE-1")).Succeeded();
        first.Output.Should().MatchRegex($@"^Gate {inNamespace}/maintenance is opened by an emergency override until \S+Z \(in (60m|59m)\)\.\n$");
        (await AnnotationAsync(inNamespace, "override")).Should().Be("CVE-1");

        (await RunAsync(inNamespace, $"close maintenance -n {inNamespace}")).Succeeded();
        (await RunAsync(inNamespace, $"open maintenance -n {inNamespace} --override --reason {{0}}", "CVE-1")).Succeeded().Output.Should().Contain("by an emergency override");
        (await AnnotationAsync(inNamespace, "override")).Should().MatchRegex(@"^CVE-1 \[\d{4}-\S+Z\]$", "the same text would count as left behind");
        (await AnnotationAsync(inNamespace, "reason")).Should().Be("CVE-1");
    }

    [Fact]
    public async Task A_plain_open_removes_a_standing_override_and_revision()
    {
        var inNamespace = await FrozenAsync("override-removed");
        (await _sluice.RunAsync($"open maintenance -n {inNamespace} --override --reason CVE-1 --revision main@sha1:abc --wait=false")).Succeeded()
            .Output.Should().EndWith(", as an emergency override.\n");
        (await _sluice.RunAsync($"open maintenance -n {inNamespace} --wait=false")).Succeeded();
        (await AnnotationAsync(inNamespace, "override")).Should().BeEmpty();
        (await AnnotationAsync(inNamespace, "revision")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("open qa --override")]
    [InlineData("open qa --override --reason {0}")]
    public async Task An_override_needs_a_reason(string arguments) =>
        (await _sluice.RunAsync(arguments, " ")).FailedWith(2).Error.Should().Be(
            "error: --override needs a reason: say with --reason TEXT why every window is overridden; it is recorded\n");

    [Theory]
    [InlineData(" ", "error: --revision is empty: name the revision or digest that the gate is to be opened for, or leave the option out to open it for everything\n")]
    [InlineData("1.2.3", "error: --revision: '1.2.3' has no checksum, as the version of a chart has none: any other source at gate *")]
    public async Task A_revision_that_names_none_or_many_opens_nothing(string revision, string error) =>
        (await _sluice.RunAsync("open qa --revision {0}", revision)).FailedWith(2).Error.Should().Match(error);

    [Fact]
    public async Task Close_says_when_a_window_opens_the_gate_again()
    {
        var inNamespace = await cluster.NamespaceAsync("close-told");
        await cluster.WindowsAsync(inNamespace, "maintenance", "default: opened", "{name: later, action: open, start: '2126-03-26T00:00:00Z', end: '2126-03-27T00:00:00Z'}");
        await cluster.WindowsAsync(inNamespace, "nightly", "default: closed", "{name: later, action: open, start: '2126-03-26T00:00:00Z', end: '2126-03-27T00:00:00Z'}");
        (await _controller.AnswerAsync(_sluice.RunAsync($"close maintenance -n {inNamespace} --timeout 30s"), inNamespace, "maintenance")).Succeeded()
            .Output.Should().Be($"Gate {inNamespace}/maintenance is closed until somebody opens it.\n", "the request has no end");
        (await _controller.AnswerAsync(_sluice.RunAsync($"close nightly -n {inNamespace} --timeout 30s"), inNamespace, "nightly")).Succeeded()
            .Output.Should().MatchRegex($@"^Gate {inNamespace}/nightly is closed until 2126-03-26T00:00:00Z \(in \d+y\): window 'later' starts\.\n$");
    }

    private Task<ProgramResult> RunAsync(string inNamespace, string arguments, params string[] texts) =>
        _controller.AnswerAsync(_sluice.RunAsync(arguments + " --timeout 30s", texts), inNamespace, "maintenance");

    private async Task<string> FrozenAsync(string name)
    {
        var inNamespace = await cluster.NamespaceAsync(name);
        await cluster.WindowsAsync(inNamespace, "maintenance", "window: 1h", "{name: freeze, action: close, start: '2026-01-01T00:00:00Z', end: '2126-03-26T00:00:00Z'}");
        return inNamespace;
    }

    private Task<string> AnnotationAsync(string inNamespace, string name) =>
        cluster.ValueAsync(inNamespace, "gate/maintenance", $@"{{.metadata.annotations.open\.gate\.fluxcd\.io/{name}}}");
}
