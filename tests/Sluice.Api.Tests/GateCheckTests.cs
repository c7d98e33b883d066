using Sluice.Api.Gates;
using Sluice.Gating.Checks;

namespace Sluice.Api.Tests;

/// <summary>The checks of a spec become rules, or say which field cannot be understood, and why.</summary>
public sealed class GateCheckTests
{
    private static readonly GateCheck ErrorRate = new()
    {
        Name = "error-rate",
        Prometheus = new() { Address = "http://prometheus.monitoring:9090", Query = "up", ThresholdRange = new() { Max = 0.01 } },
    };

    private static readonly GateCheck Board = new() { Name = "board", Http = new() { Url = "https://board.example.org/ask?team=a" } };
    private static readonly GateCheck Dev = new() { Name = "dev", Resource = new() { Kind = "GatedSource", Name = "app" } };

    public static TheoryData<GateCheck, string> Faults => new()
    {
        { new() { Name = "none" }, "spec.checks[0]: expected exactly one of 'resource', 'prometheus' and 'http'" },
        { ErrorRate with { Http = Board.Http }, "spec.checks[0]: expected exactly one of 'resource', 'prometheus' and 'http'" },
        { ErrorRate with { Interval = "0s" }, "spec.checks[0].interval: '0s' is not a duration of at least 1s" },
        { ErrorRate with { Interval = "soon" }, "spec.checks[0].interval: 'soon' is not a duration of at least 1s" },
        { ErrorRate with { Timeout = "2m" }, "spec.checks[0].timeout: '2m' is not a duration from 1s to 1m" },
        { ErrorRate with { Prometheus = ErrorRate.Prometheus! with { ThresholdRange = new() } }, "spec.checks[0].prometheus.thresholdRange: expected 'min', 'max' or both, and no min above max" },
        { ErrorRate with { Prometheus = ErrorRate.Prometheus! with { ThresholdRange = new() { Min = 2, Max = 1 } } }, "spec.checks[0].prometheus.thresholdRange: expected 'min', 'max' or both, and no min above max" },
        { ErrorRate with { Prometheus = ErrorRate.Prometheus! with { Address = "prometheus:9090" } }, "spec.checks[0].prometheus.address: 'prometheus:9090' is not an address; expected one such as 'http://prometheus.monitoring:9090', without a user or a password" },
        { Board with { Http = new() { Url = "https://alice:secret@board.example.org" } }, "spec.checks[0].http.url: 'https://alice:secret@board.example.org' is not an address; expected one such as 'http://prometheus.monitoring:9090', without a user or a password" },
        { Board with { Http = Board.Http! with { About = "Everything" } }, "spec.checks[0].http.about: 'Everything' is not known; expected 'Gate' or 'Candidate'" },
        { Dev with { Resource = Dev.Resource! with { Kind = "Pod" } }, "spec.checks[0].resource.kind: 'Pod' cannot be asked; expected 'GatedSource'" },
        { Dev with { Resource = Dev.Resource! with { Soak = "a while" } }, "spec.checks[0].resource.soak: 'a while' is not a span; expected a duration such as '30m'" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_cannot_be_understood_closes_the_gate_and_says_which_field_and_what_is_allowed(GateCheck check, string fault) => Rules(check).Fault.Should().Be(fault);

    [Fact]
    public void What_is_not_said_has_a_default()
    {
        Rules(ErrorRate).Checks.Should().Equal(
            new PrometheusCheck("error-rate", new("http://prometheus.monitoring:9090"), "up", null, 0.01, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10)));
        Rules(Dev).Checks.Should().Equal(new ReleasedElsewhere("dev", null, "app", TimeSpan.Zero));
    }

    [Fact]
    public void Two_that_say_the_same_are_the_same_whatever_the_order_of_their_metadata() =>
        Rules(Board with { Http = Board.Http! with { Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } } }).Checks
            .Should().Equal(Rules(Board with { Http = Board.Http! with { Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } } }).Checks);

    private static Gating.Gates.GateRules Rules(GateCheck check) => new GateSpec { Checks = [check] }.ToRules(NoCalendars.Instance);
}
