using System.Diagnostics.Metrics;
using CsCheck;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Tests.Metrics;

public sealed class ExpositionTests : IDisposable
{
    private readonly PrometheusExposition _exposition = new("Sluice.Tests." + Guid.NewGuid());
    private readonly Meter _meter;

    public ExpositionTests() => _meter = new Meter(_exposition.MeterName);

    public void Dispose()
    {
        _meter.Dispose();
        _exposition.Dispose();
    }

    [Fact]
    public async Task A_counter_keeps_its_exact_name_and_adds_up_by_labels()
    {
        var counter = _meter.CreateCounter<long>("workqueue_adds_total", description: "Total number of adds handled by workqueue");
        counter.Add(2, new KeyValuePair<string, object?>("name", "gate"));
        counter.Add(3, new KeyValuePair<string, object?>("name", "gate"));
        counter.Add(1, new KeyValuePair<string, object?>("name", "held"));

        var lines = (await _exposition.TextAsync()).Split('\n');

        lines[..2].Should().Equal(
            "# HELP workqueue_adds_total Total number of adds handled by workqueue", "# TYPE workqueue_adds_total counter");
        lines[2..].Should().BeEquivalentTo(
            """workqueue_adds_total{name="gate"} 5""", """workqueue_adds_total{name="held"} 1""", "");
    }

    [Fact]
    public async Task Gauges_are_set_and_up_down_counters_go_both_ways()
    {
        _meter.CreateGauge<double>("temperature").Record(3);
        _meter.CreateGauge<double>("temperature").Record(-1.5);
        var depth = _meter.CreateUpDownCounter<int>("workqueue_depth");
        depth.Add(5);
        depth.Add(-2);

        var families = await ReadAsync();

        families["temperature"].Should().Match<PrometheusFamily>(f => f.Type == "gauge" && f.Help == null && f.Value() == -1.5);
        families["workqueue_depth"].Should().Match<PrometheusFamily>(f => f.Type == "gauge" && f.Value() == 3);
    }

    [Fact]
    public async Task A_series_of_an_observable_instrument_is_gone_when_it_is_no_longer_reported()
    {
        List<string> gates = ["a", "b"];
        _meter.CreateObservableGauge(
            "sluice_gate_opened", () => gates.Select(g => new Measurement<int>(1, new KeyValuePair<string, object?>("name", g))));
        _meter.CreateObservableCounter("cpu_seconds_total", () => 7.25);

        (await ReadAsync())["sluice_gate_opened"].Samples.Should().HaveCount(2);
        gates.Remove("a");
        var families = await ReadAsync();
        families["sluice_gate_opened"].Samples.Should().ContainSingle().Which.Labels.Should().Equal(("name", "b"));
        families["cpu_seconds_total"].Should().Match<PrometheusFamily>(f => f.Type == "counter" && f.Value() == 7.25);
        gates.Clear();

        (await ReadAsync()).Should().NotContainKey("sluice_gate_opened");
    }

    [Fact]
    public async Task A_histogram_without_advice_has_Fluxs_ten_buckets()
    {
        _meter.CreateHistogram<double>("gotk_reconcile_duration_seconds").Record(0.5);

        var family = (await ReadAsync())["gotk_reconcile_duration_seconds"];

        var bounds = family.Samples.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal)).Select(s => s.Labels[^1].Value).ToList();
        bounds.Should().HaveCount(11).And.StartWith("0.01").And.EndWith("+Inf");
        double.Parse(bounds[9], System.Globalization.CultureInfo.InvariantCulture).Should().BeApproximately(1800, 1e-6);
    }

    [Fact]
    public async Task A_histogram_counts_a_bound_as_within_its_bucket()
    {
        var histogram = _meter.CreateHistogram(
            "hold", null, null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 60] });
        foreach (var value in (double[])[0.5, 1, 1.5, 60, 61])
        {
            histogram.Record(value, new KeyValuePair<string, object?>("zone", "b"), new KeyValuePair<string, object?>("kind", "Bucket"));
        }

        var family = (await ReadAsync())["hold"];

        (string, string)[] labels = [("kind", "Bucket"), ("zone", "b")];
        family.Sample("hold_bucket", [.. labels, ("le", "1")]).Value.Should().Be(2);
        family.Sample("hold_bucket", [.. labels, ("le", "60")]).Value.Should().Be(4);
        family.Sample("hold_bucket", [.. labels, ("le", "+Inf")]).Value.Should().Be(5);
        family.Sample("hold_sum", labels).Value.Should().Be(124);
        family.Sample("hold_count", labels).Value.Should().Be(5);
    }

    [Fact]
    public void Any_label_value_comes_back_as_it_was()
    {
        var gauge = _meter.CreateGauge<double>("g", description: "a \\ and\nmore");
        const string Letters = "\"\\\n,=x{} é";
        var values = Gen.OneOf(Gen.String[Gen.Char[Letters], 0, 12], Gen.String[Gen.Char[Letters], 0, 2000], Gen.Const("😀\\😀"));
        Gen.Select(values, Gen.Double).Sample(
            (value, number) =>
            {
                _exposition.Remove(gauge, [new("b", 1)]);
                gauge.Record(number, new KeyValuePair<string, object?>("b", 1), new KeyValuePair<string, object?>("a", value));
                var family = ReadAsync().GetAwaiter().GetResult()["g"];
                family.Help.Should().Be("a \\ and\nmore");
                family.Samples.Should().ContainSingle();
                family.Value(("a", value), ("b", "1")).Equals(number).Should().BeTrue("{0} was recorded", number);
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public async Task Labels_of_any_order_are_one_series_and_the_later_of_two_equal_names_wins()
    {
        var counter = _meter.CreateCounter<int>("c");
        counter.Add(1, [new("b", true), new("a.b", "x"), new("c", null)]);
        counter.Add(1, [new("c", ""), new("b", "false"), new("a.b", "x"), new("b", "true")]);

        (await ReadAsync())["c"].Value(("a_b", "x"), ("b", "true"), ("c", "")).Should().Be(2);
    }

    [Fact]
    public async Task Remove_forgets_one_series_or_all_that_carry_the_labels()
    {
        var counter = _meter.CreateCounter<int>("c");
        counter.Add(1, [new("name", "a"), new("ns", "x"), new("to", "opened")]);
        counter.Add(1, [new("name", "a"), new("ns", "x"), new("to", "closed")]);
        counter.Add(1, [new("name", "a\",ns=\"x"), new("ns", "y"), new("to", "closed")]);
        counter.Add(1, [new("name", "b"), new("ns", "x"), new("to", "closed")]);
        counter.Add(1, [new("name", "b"), new("ns", "xx"), new("to", "closed")]);
        counter.Add(1, [new("myname", "a"), new("ns", "x"), new("to", "closed")]);

        _exposition.Remove(counter, new("ns", "x"), new("name", "a"));
        _exposition.Remove(counter, new("to", "closed"), new("name", "b"), new("ns", "xx"));

        (await ReadAsync())["c"].Samples.Select(s => s.Labels[0].Value + "/" + s.Labels[1].Value)
            .Should().BeEquivalentTo("a\",ns=\"x/y", "b/x", "a/x");
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_threads_record_while_others_scrape()
    {
        var counter = _meter.CreateCounter<long>("c");
        var histogram = _meter.CreateHistogram<double>("h");
        const int Each = 20_000;
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("n", i % 7));
                histogram.Record(1, new KeyValuePair<string, object?>("n", i % 7));
            }
        })).ToArray();
        while (!Task.WhenAll(writers).IsCompleted)
        {
            // The parser proves of each page that its histograms are consistent in themselves.
            await ReadAsync();
        }

        await Task.WhenAll(writers);
        var families = await ReadAsync();

        families["c"].Samples.Sum(s => s.Value).Should().Be(4 * Each);
        families["h"].Samples.Where(s => s.Name == "h_count").Sum(s => s.Value).Should().Be(4 * Each);
        families["h"].Samples.Where(s => s.Name == "h_sum").Sum(s => s.Value).Should().Be(4 * Each);
    }

    [Fact]
    public void Recording_to_a_known_series_allocates_nothing()
    {
        var histogram = _meter.CreateHistogram<double>("h");
        var labels = new KeyValuePair<string, object?>[] { new("kind", "Kustomization"), new("name", "app"), new("namespace", "apps") };
        histogram.Record(1, labels);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            histogram.Record(1, labels);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public async Task Two_meters_of_the_name_share_a_family_and_other_meters_are_not_shown()
    {
        using var second = new Meter(_exposition.MeterName);
        using var foreign = new Meter("Somebody.Else");
        _meter.CreateCounter<int>("c").Add(1);
        second.CreateCounter<int>("c").Add(2);
        second.CreateGauge<int>("c").Record(50);
        foreign.CreateCounter<int>("d").Add(1);

        var families = await ReadAsync();
        families.Keys.Should().Equal("c");
        families["c"].Value().Should().Be(3, "a gauge of the same name is another kind, and is not shown");
        second.Dispose();
        (await ReadAsync()).Should().ContainKey("c", "the first meter still has it");
        _meter.Dispose();
        (await _exposition.TextAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_instrument_that_cannot_be_read_does_not_hide_the_others()
    {
        _meter.CreateObservableGauge<int>("broken", int () => throw new InvalidOperationException("no"));
        _meter.CreateObservableGauge("works", () => 1);

        (await ReadAsync()).Keys.Should().Equal("works");
    }

    private async Task<Dictionary<string, PrometheusFamily>> ReadAsync() => PrometheusParser.Parse(await _exposition.TextAsync());
}
