using Sluice.Controller.Metrics;

namespace Sluice.Controller.Tests.Metrics;

public sealed class SluiceMetricsTests : IDisposable
{
    private readonly PrometheusExposition _exposition = new("Sluice.Tests." + Guid.NewGuid());
    private readonly SluiceMetrics _metrics;

    public SluiceMetricsTests() => _metrics = new SluiceMetrics(_exposition);

    public void Dispose()
    {
        _metrics.Dispose();
        _exposition.Dispose();
    }

    [Fact]
    public async Task Each_metric_has_the_name_the_type_and_the_labels_that_users_rely_on()
    {
        _metrics.ObserveGates(() => [new("flux-system", "sre", true, 0), new("flux-system", "freeze", false, 3)]);
        _metrics.ObserveHeldObjects(() => [new("Kustomization", "apps", 3)]);
        _metrics.Reconciled("Gate", "flux-system", "sre", TimeSpan.FromMilliseconds(20));
        _metrics.Transitioned("flux-system", "sre", "opened", "Requested");
        _metrics.Released("Kustomization", TimeSpan.FromHours(2));

        var families = await ReadAsync();

        families["sluice_gate_opened"].Type.Should().Be("gauge");
        families["sluice_gate_opened"].Value(("name", "sre"), ("namespace", "flux-system")).Should().Be(1);
        families["sluice_gate_opened"].Value(("name", "freeze"), ("namespace", "flux-system")).Should().Be(0);
        families["sluice_gate_held_objects"].Value(("name", "freeze"), ("namespace", "flux-system")).Should().Be(3);
        families["sluice_held_objects"].Value(("kind", "Kustomization"), ("namespace", "apps")).Should().Be(3);
        families["sluice_transitions_total"].Type.Should().Be("counter");
        families["sluice_transitions_total"]
            .Value(("name", "sre"), ("namespace", "flux-system"), ("reason", "Requested"), ("to", "opened")).Should().Be(1);
        var reconcile = families["gotk_reconcile_duration_seconds"];
        reconcile.Type.Should().Be("histogram");
        reconcile.Sample("gotk_reconcile_duration_seconds_sum", ("kind", "Gate"), ("name", "sre"), ("namespace", "flux-system"))
            .Value.Should().Be(0.02);
        var hold = families["sluice_hold_seconds"];
        hold.Sample("sluice_hold_seconds_bucket", ("kind", "Kustomization"), ("le", "3600")).Value.Should().Be(0);
        hold.Sample("sluice_hold_seconds_bucket", ("kind", "Kustomization"), ("le", "14400")).Value.Should().Be(1);
        hold.Sample("sluice_hold_seconds_bucket", ("kind", "Kustomization"), ("le", "2419200")).Value.Should().Be(1);
        families.Values.Should().OnlyContain(f => !string.IsNullOrEmpty(f.Help));
    }

    [Fact]
    public async Task The_process_metrics_describe_this_process()
    {
        var families = await ReadAsync();

        families["process_cpu_seconds_total"].Should().Match<PrometheusFamily>(f => f.Type == "counter" && f.Value() > 0);
        families["process_resident_memory_bytes"].Value().Should().BeGreaterThan(10e6);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        families["process_start_time_seconds"].Value().Should().BeInRange(now - 3600, now + 1);
        if (OperatingSystem.IsLinux())
        {
            families["process_open_fds"].Value().Should().BeGreaterThan(3);
        }
    }

    [Fact]
    public async Task The_series_of_a_deleted_gate_vanish_and_its_namesakes_stay()
    {
        foreach (var (kind, ns, name) in ((string, string, string)[])[("Gate", "a", "x"), ("Gate", "b", "x"), ("Kustomization", "a", "x"), ("Gate", "a", "xx")])
        {
            _metrics.Reconciled(kind, ns, name, TimeSpan.FromSeconds(1));
        }

        _metrics.Transitioned("a", "x", "opened", "Requested");
        _metrics.Transitioned("a", "x", "closed", "RequestExpired");
        _metrics.Transitioned("b", "x", "opened", "Requested");

        _metrics.Forget("Gate", "a", "x");

        var families = await ReadAsync();
        families["gotk_reconcile_duration_seconds"].Samples.Where(s => s.Name.EndsWith("_count", StringComparison.Ordinal))
            .Select(s => string.Join("/", s.Labels.Select(l => l.Value)))
            .Should().BeEquivalentTo("Gate/x/b", "Kustomization/x/a", "Gate/xx/a");
        families["sluice_transitions_total"].Samples.Should().ContainSingle().Which.Labels.Should().Contain(("namespace", "b"));

        _metrics.Forget("Kustomization", "b", "x");
        (await ReadAsync())["sluice_transitions_total"].Samples.Should().ContainSingle("the gate b/x is still there");
    }

    private async Task<Dictionary<string, PrometheusFamily>> ReadAsync() => PrometheusParser.Parse(await _exposition.TextAsync());
}
