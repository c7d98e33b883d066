using Sluice.Cli.Manifests;
using Sluice.Cli.Scheduling;

namespace Sluice.Cli.Tests.Manifests;

public sealed class GateManifestTests
{
    private const string Night =
        """
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: Gate
        metadata: {name: night, namespace: apps}
        spec:
          default: closed
          windows:
            - {name: freeze, action: close, start: 2026-11-23T00:00:00Z, end: 2026-12-01T00:00:00Z}
        """;

    [Fact]
    public void A_gate_is_found_among_other_objects_and_an_unquoted_time_stays_a_text()
    {
        var gate = GateManifest.Read(Files($"kind: Namespace\napiVersion: v1\n---\n{Night}\n---\n# nothing\n"), null, null);
        gate.Metadata.Namespace.Should().Be("apps");
        gate.Spec.Windows![0].Start.Should().Be("2026-11-23T00:00:00Z");
        GatePlan.Of(gate, Api.Gates.NoCalendars.Instance).Rules.Fault.Should().BeNull();
    }

    [Fact]
    public void A_list_as_kubectl_prints_it_and_JSON_are_read_too()
    {
        var json = """{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"gating.toolkit.fluxcd.io/v1alpha1","kind":"Gate","metadata":{"name":"qa"},"spec":{"default":"opened"}}]}""";
        GateManifest.Read(Files(json), null, "apps").Should().Match<Api.Gates.Gate>(gate => gate.Metadata.Name == "qa" && gate.Metadata.Namespace == "apps" && gate.Spec.Default == "opened");
    }

    [Fact]
    public void Of_several_gates_one_has_to_be_named()
    {
        var files = Files($"{Night}\n---\n{Night.Replace("night", "day")}");
        Refusal(() => GateManifest.Read(files, null, null)).Should().Be("there are 2 Gates in gate.yaml: say which one of apps/night, apps/day");
        GateManifest.Read(files, "day", null).Metadata.Name.Should().Be("day");
        GateManifest.Read(files, "apps/day", null).Metadata.Name.Should().Be("day");
        Refusal(() => GateManifest.Read(files, "nigth", null)).Should().Be("there is no Gate 'nigth' in gate.yaml: did you mean night?");
        Refusal(() => GateManifest.Read(files, "qa", null)).Should().Be("there is no Gate 'qa' in gate.yaml: it has apps/night, apps/day");
        Refusal(() => GateManifest.Read(Files("kind: Secret\napiVersion: v1"), null, null)).Should().Be(
            "there is no Gate in gate.yaml: expected apiVersion gating.toolkit.fluxcd.io/v1alpha1, kind Gate");
    }

    [Theory]
    [InlineData("spec: {timezone: Europe/Berlin}", "spec.timezone: there is no such field: did you mean timeZone?")]
    [InlineData("spec: {windows: [{name: a, action: open, cron: '@daily', duraton: 1h}]}", "spec.windows[0].duraton: there is no such field: did you mean duration?")]
    [InlineData("spec: {window: 60}", "spec.window: a number is not what belongs there: write it in quotes, if a text is meant")]
    [InlineData("spec: {default: off}", "spec.default: a boolean is not what belongs there: write it in quotes, if a text is meant")]
    [InlineData("spec: {windows: {name: a}}", "spec.windows: an object is not what belongs there")]
    [InlineData("spec: {windows: [{name: a}, {name: a}]}", "spec.windows[1].name: 'a' is there twice; windows are told apart by their names")]
    [InlineData("spec: {windows: [~]}", "spec.windows: an entry of the list is empty")]
    public void What_the_API_server_would_refuse_is_refused_with_its_path(string spec, string message) =>
        Refusal(() => GateManifest.Read(Files($"apiVersion: gating.toolkit.fluxcd.io/v1alpha1\nkind: Gate\nmetadata: {{name: qa}}\n{spec}\n"), null, null))
            .Should().Be($"Gate qa in gate.yaml: {message}");

    [Fact]
    public void Fields_with_nothing_in_them_are_not_there() =>
        GateManifest.Read(Files("apiVersion: gating.toolkit.fluxcd.io/v1alpha1\nkind: Gate\nmetadata: {name: qa, labels: }\nspec:\n  window:\n  windows:\nstatus:\n"), null, null)
            .Spec.Windows.Should().BeNull();

    [Fact]
    public void A_calendar_that_no_file_has_says_how_to_pass_it()
    {
        var text = Night.Replace("start: 2026-11-23T00:00:00Z, end: 2026-12-01T00:00:00Z", "calendar: {configMapRef: {name: holidays, key: de.ics}}");
        Fault(Files(text)).Should().Be("spec.windows[0].calendar: ConfigMap 'apps/holidays' is not in gate.yaml; pass the file that has it as well, with another -f");
        Fault(Files($"{text}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: holidays}}\ndata: {{fr.ics: x}}")).Should().Be(
            "spec.windows[0].calendar: ConfigMap 'apps/holidays' has no key 'de.ics'; it has 'fr.ics'");
        Fault(Files($"{text}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: holidays, namespace: apps}}\ndata: {{de.ics: nonsense}}")).Should().StartWith(
            "spec.windows[0].calendar: key 'de.ics' of ConfigMap 'apps/holidays' is not a calendar: ");
        Fault(Files($"{text}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: holidays, namespace: other}}\ndata: {{de.ics: nonsense}}")).Should().Contain("is not in gate.yaml");
    }

    private static string? Fault(ManifestFiles files) => PlanLoader.FromFiles(files, GateManifest.Read(files, null, null)).Rules.Fault;

    private static ManifestFiles Files(string text) =>
        new([.. ManifestFiles.Read(["-"], new StringReader(text)).Objects.Select(item => item with { Source = "gate.yaml" })], "gate.yaml");

    private static string Refusal(Action act) => FluentActions.Invoking(act).Should().Throw<CommandException>().Where(e => e.ExitCode == ExitCodes.Usage).Which.Message;
}
