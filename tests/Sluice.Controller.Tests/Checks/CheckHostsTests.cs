using Sluice.Controller.Checks;

namespace Sluice.Controller.Tests.Checks;

/// <summary>Which hosts may be asked: none that nobody has named.</summary>
public sealed class CheckHostsTests
{
    [Theory]
    [InlineData("prometheus.monitoring:9090", "http://prometheus.monitoring:9090/x", true)]
    [InlineData("prometheus.monitoring", "http://prometheus.monitoring:9090/x", true)]
    [InlineData("prometheus.monitoring", "http://Prometheus.Monitoring/x", true)]
    [InlineData("prometheus.monitoring:9090", "http://prometheus.monitoring/x", false)]
    [InlineData("prometheus.monitoring:9090", "http://prometheus.monitoring.evil.example:9090/x", false)]
    [InlineData("prometheus.monitoring", "http://prometheus.monitoring@evil.example/", false)]
    [InlineData("*.example.org", "https://board.example.org/", true)]
    [InlineData("*.example.org", "https://a.board.example.org/", true)]
    [InlineData("*.example.org", "https://example.org/", false)]
    [InlineData("*.example.org", "https://evilexample.org/", false)]
    [InlineData("*.example.org:8443", "https://board.example.org:8443/", true)]
    [InlineData("*.example.org:8443", "https://board.example.org/", false)]
    [InlineData("[::1]:9090", "http://[::1]:9090/", true)]
    [InlineData("[::1]", "http://[::1]:9090/", true)]
    public void A_host_is_asked_when_a_pattern_names_it(string pattern, string address, bool isAllowed) => new CheckHosts([pattern]).Allow(new(address)).Should().Be(isAllowed);

    [Fact]
    public void Without_a_pattern_nothing_is_asked() => new CheckHosts([]).Allow(new("http://localhost/")).Should().BeFalse();

    [Theory]
    [InlineData("*")]
    [InlineData("*.*")]
    [InlineData("")]
    [InlineData("http://host")]
    [InlineData("host/path")]
    [InlineData("host:port")]
    [InlineData("a@host")]
    public void What_is_no_pattern_is_refused_at_the_start(string text) => CheckHosts.IsPattern(text).Should().BeFalse();
}
