using Sluice.Controller.Hosting;

namespace Sluice.Controller.Tests.Hosting;

public sealed class ControllerCommandTests
{
    [Theory]
    [InlineData("sharding.fluxcd.io/key=shard1")]
    [InlineData("!sharding.fluxcd.io/key")]
    [InlineData("tier in (web, db),!draft , env!=dev")]
    [InlineData("tier notin (,web),zone==eu-1,rank>3,empty=")]
    [InlineData("tier")]
    public void A_label_selector_is_what_the_API_server_takes(string selector) =>
        Errors($"--watch-label-selector={selector}").Should().BeEmpty();

    [Theory]
    [InlineData("tier in web")]
    [InlineData("tier in (web")]
    [InlineData("tier=web,")]
    [InlineData("=web")]
    [InlineData("tier=a b")]
    [InlineData("-tier")]
    public void What_is_no_label_selector_is_named_before_anything_is_asked(string selector) =>
        Errors($"--watch-label-selector={selector}").Should().ContainSingle().Which.Should().StartWith("--watch-label-selector: expected a label selector");

    [Fact]
    public void A_burst_of_nothing_is_refused() =>
        Errors("--kube-api-burst=0").Should().ContainSingle().Which.Should().Be("--kube-api-burst: expected a number from 1, unless --kube-api-qps is 0");

    [Fact]
    public void Where_requests_are_not_limited_their_burst_does_not_matter() =>
        Errors("--kube-api-qps=0", "--kube-api-burst=0").Should().BeEmpty();

    private static IEnumerable<string> Errors(params string[] flags) =>
        ControllerCommand.Create((_, _) => Task.FromResult(0)).Parse(flags).Errors.Select(error => error.Message);
}
