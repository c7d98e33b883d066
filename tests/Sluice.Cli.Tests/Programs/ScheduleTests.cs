using Sluice.Cli.Tests.Scheduling;

namespace Sluice.Cli.Tests.Programs;

public sealed class ScheduleTests(ClusterWithGates cluster)
{
    private const string Weekends =
        """
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: Gate
        metadata: {name: weekends}
        spec:
          timeZone: Europe/Berlin
          windows:
            - {name: weekend, action: open, cron: "0 0 * * 6", duration: 48h}
            - {name: xmas, action: close, start: "2026-12-24T00:00:00+01:00", end: "2026-12-27T00:00:00+01:00"}
        """;

    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Fact]
    public async Task A_gate_of_the_cluster_is_shown_with_the_request_that_its_status_has_latched()
    {
        var inNamespace = await cluster.NamespaceAsync("schedule");
        await cluster.WindowsAsync(inNamespace, "maintenance", "default: closed", "{name: nightly, action: open, cron: '0 2 * * *', duration: 3h}");
        (await _sluice.RunAsync($"schedule maintenance -n {inNamespace}")).Succeeded().Output.Should()
            .StartWith($"Gate    {inNamespace}/maintenance\nNow     ").And.Contain("window 'nightly' starts").And.Contain("Week from").And.Contain("Month from").And.NotContain("\u001b");
        await cluster.StatusAsync(inNamespace, "maintenance",
            """
            "requestedAt":"2026-03-26T10:00:00Z","resetToDefaultAt":"2126-03-26T11:00:00Z","request":{"target":"opened","stamp":"2026-03-26T10:00:00Z"}
            """);
        var json = (await _sluice.RunAsync($"schedule {inNamespace}/maintenance -o json --from 2026-03-26T09:00:00Z --to +1d")).Succeeded().Json;
        ((string?)json["state"]).Should().Be("closed");
        json["transitions"]!.AsArray().Should().ContainSingle().Which!.ToJsonString().Should().Be(
            """{"at":"2026-03-26T10:00:00Z","to":"opened","reason":"Requested","windows":[]}""");
        (await _sluice.RunAsync($"schedule maintenance -n {inNamespace} --at 2126-03-26T10:59:59Z")).Succeeded();
        (await _sluice.RunAsync($"schedule maintenanc -n {inNamespace}")).FailedWith(1).Error.Should().EndWith("did you mean maintenance?\n");
    }

    [Fact]
    public async Task A_calendar_is_read_from_its_ConfigMap_and_what_is_wrong_with_it_is_told_as_the_controller_tells_it()
    {
        var inNamespace = await cluster.NamespaceAsync("schedule-calendar");
        await cluster.WindowsAsync(inNamespace, "holidays", "default: opened", "{name: de, action: close, calendar: {configMapRef: {name: holidays, key: de.ics}}}");
        var prefix = $"error: gate {inNamespace}/holidays is closed and stalled, for its spec cannot be understood: spec.windows[0].calendar: ";
        (await _sluice.RunAsync($"schedule holidays -n {inNamespace}")).FailedWith(2).Error.Should().Be(
            $"{prefix}ConfigMap '{inNamespace}/holidays' does not exist; create it, with the calendar under key 'de.ics'\n");
        await cluster.ControlPlane.Kubectl.RunAsync("create", "configmap", "holidays", $"--namespace={inNamespace}", "--from-literal=fr.ics=x");
        (await _sluice.RunAsync($"schedule holidays -n {inNamespace} --at now")).FailedWith(2).Error.Should().Be(
            $"{prefix}ConfigMap '{inNamespace}/holidays' has no key 'de.ics'; it has 'fr.ics'\n");
        await cluster.ControlPlane.Kubectl.RunAsync("patch", "configmap", "holidays", $"--namespace={inNamespace}", "--patch={\"data\":{\"de.ics\":\"nonsense\"}}");
        (await _sluice.RunAsync($"schedule holidays -n {inNamespace}")).FailedWith(2).Error.Should().StartWith(
            $"{prefix}key 'de.ics' of ConfigMap '{inNamespace}/holidays' is not a calendar: ");
    }

    [Theory]
    [InlineData("2026-11-28T12:00", 0, "opened")]
    [InlineData("2026-11-27", 1, "closed")]
    [InlineData("2026-12-26T12:00", 1, "closed")]
    public async Task The_exit_code_of_at_is_0_for_opened_and_1_for_closed(string at, int exitCode, string state)
    {
        var result = await OfText(Weekends).RunAsync($"schedule -f - --at {at}");
        result.ExitCode.Should().Be(exitCode, result.Error);
        result.Output.Should().Contain($" {state} at ").And.Contain("Next     ");
        result.Error.Should().BeEmpty();
        ((string?)(await OfText(Weekends).RunAsync($"schedule -f - --at {at} -o json")).Json["state"]).Should().Be(state);
    }

    [Fact]
    public async Task Now_is_neither_before_nor_after_the_answer() =>
        (await OfText(Weekends.Replace("windows:", "default: opened\n  windows:")).RunAsync("schedule -f - --at now")).Output.Should().MatchRegex(@"^Gate weekends is (opened|closed) at [^()]*\.\n");

    [Theory]
    [InlineData("schedule qa --at now --kubeconfig /nonexistent")]
    [InlineData("schedule missing --at now")]
    [InlineData("schedule -f /nonexistent.yaml --at now")]
    [InlineData("schedule --at now")]
    [InlineData("schedule -f - --at now")]
    [InlineData("schedule -f - --at whenever")]
    [InlineData("schedule qa --at")]
    public async Task No_error_of_at_can_be_taken_for_an_answer(string arguments) =>
        (await _sluice.RunAsync(arguments)).FailedWith(2).Error.Should().StartWith("error: ");

    [Fact]
    public async Task A_file_needs_no_cluster_and_no_kubeconfig()
    {
        var json = (await OfText(Weekends).RunAsync("schedule -f - -o json --from 2026-11-27 --to 2026-11-30")).Succeeded().Json;
        json.ToJsonString().Should().Be(
            """{"gate":"weekends","timeZone":"Europe/Berlin","from":"2026-11-26T23:00:00Z","to":"2026-11-29T23:00:00Z","state":"closed","reason":"ReconciliationSucceeded","message":"Gate closed by default","transitions":[{"at":"2026-11-27T23:00:00Z","to":"opened","reason":"OpenWindowStarted","windows":["weekend"]}]}""");
        var yaml = (await OfText(Weekends).RunAsync("schedule -f - -n apps -o yaml --from 2026-11-27 --to 2026-11-28")).Succeeded().Output;
        yaml.Should().StartWith("gate: apps/weekends\ntimeZone: Europe/Berlin\n");
        new Feed((await OfText(Weekends).RunAsync("schedule -f - -o ics --from 2026-11-27 --to 2026-12-31")).Succeeded().Output).Stretches.Should().HaveCount(5, "Christmas takes one weekend's Saturday away");
    }

    [Fact]
    public async Task Local_shows_the_readers_zone()
    {
        var sluice = new SluiceProgram("/nonexistent") { Input = Weekends, TimeZone = "Asia/Kathmandu" };
        (await sluice.RunAsync("schedule -f - --local --from 2026-11-27T00:00:00Z")).Succeeded().Output.Should()
            .Contain("Zone    Asia/Kathmandu (+05:45 now), yours; the gate's is Europe/Berlin\n").And.Contain("Sat 2026-11-28 04:45 +05:45   opened");
        (await new SluiceProgram("/nonexistent") { Input = Weekends, TimeZone = "Nowhere/Land" }.RunAsync("schedule -f - --local")).FailedWith(2)
            .Error.Should().Be("error: --local: TZ is 'Nowhere/Land', which is no IANA name such as Europe/Berlin\n       set TZ to one, or leave --local out\n");
    }

    [Fact]
    public async Task Warnings_go_to_standard_error_and_keep_the_feed_clean()
    {
        var result = (await OfText(Weekends.Replace("0 0 * * 6", "* 0 * * 6")).RunAsync("schedule -f - -o ics --from 2026-11-01")).Succeeded();
        result.Error.Should().Be("warning: spec.windows[0]: window 'weekend' overlaps itself: it starts again before its duration of 48h has passed, and the stretches are merged\n");
        new Feed(result.Output).Events.Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("cron: \"0 0 * * 6\"", "cron: \"0 0 * *\"", "spec.windows[0].cron: '0 0 * *' has 4 fields; expected five fields (minute, hour, day of month, month, day of week), for example '0 2 * * *', or a macro such as '@daily'")]
    [InlineData("duration: 48h", "duration: 0s", "spec.windows[0].duration: '0s' is not the duration of a window; expected one greater than zero, for example '1h30m'")]
    [InlineData("2026-12-27T00:00:00+01:00", "2025-12-27T00:00:00+01:00", "spec.windows[1].end: '2025-12-27T00:00:00+01:00' is not after the start '2026-12-24T00:00:00+01:00'")]
    public async Task A_bad_spec_is_told_with_the_path_of_the_field_as_the_controller_tells_it(string good, string bad, string fault) =>
        (await OfText(Weekends.Replace(good, bad)).RunAsync("schedule -f -")).FailedWith(2).Error.Should().Be(
            $"error: gate weekends would be closed and stalled, for its spec cannot be understood: {fault}\n");

    [Theory]
    [InlineData("schedule", "a gate is missing: expected 'sluice schedule GATE', or 'sluice schedule -f FILE' for one that is not applied yet")]
    [InlineData("schedule -f /nonexistent.yaml", "/nonexistent.yaml does not exist")]
    [InlineData("schedule -f - --from tomorrow --to today", "--to: * is not after --from, which is *")]
    [InlineData("schedule -f - --to 2199-01-01", "--to: * is more than 10 years after --from, which is *")]
    [InlineData("schedule -f - --at now --to +1d", "--at asks about one instant: leave --from and --to out")]
    [InlineData("schedule -f - --at now -o ics", "-o ics makes no sense with --at: expected table, json or yaml")]
    [InlineData("schedule -f - -o wide", "--output: 'wide' is not a format of schedule; expected table, json, yaml, ics\n       see 'sluice schedule --help'")]
    [InlineData("schedule qa -A", "a schedule is that of one gate: leave -A out")]
    [InlineData("get gates -o ics", "--output: 'ics' is not a format; expected table, wide, json, yaml, name\n       see 'sluice get gates --help'")]
    public async Task A_wrong_command_line_says_what_was_expected(string arguments, string error) =>
        (await OfText(Weekends).RunAsync(arguments)).FailedWith(2).Error.Should().Match($"error: {error}\n");

    [Fact]
    public async Task What_is_not_YAML_is_told_with_its_line() =>
        (await OfText("kind: Gate\nspec: {windows: [\n").RunAsync("schedule -f -")).FailedWith(2).Error.Should().MatchRegex(@"^error: standard input is not YAML: line \d: ");

    [Fact]
    public async Task Help_lists_the_format_once()
    {
        var help = (await new SluiceProgram("/nonexistent").RunAsync("schedule --help")).Succeeded().Output;
        help.Split("--output").Should().HaveCount(2).And.Subject.Last().Should().Contain("ics");
    }

    [Fact]
    public async Task Gates_and_formats_are_completed()
    {
        var inNamespace = await cluster.NamespaceAsync("schedule-complete");
        await cluster.GateAsync(inNamespace, "qa");
        (await CompleteAsync("sch")).Should().Equal("schedule", ":4");
        (await CompleteAsync("schedule", "-n", inNamespace, "")).Should().Equal("qa", ":4");
        (await CompleteAsync("schedule", "-o", "")).Should().Equal("ics", "json", "table", "yaml", ":4");
        (await CompleteAsync("schedule", "--at", "to")).Should().Equal("today", "tomorrow", ":4");
        (await CompleteAsync("open", "--ov")).Should().Equal("--override", ":4");
    }

    // With a kubeconfig that is not there: nothing may ask for it.
    private static SluiceProgram OfText(string text) => new("/nonexistent") { Input = text };

    private async Task<IReadOnlyList<string>> CompleteAsync(params string[] words) =>
        (await _sluice.RunAsync(["__complete", .. words])).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
