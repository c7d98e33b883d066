using Sluice.Controller.Hosting;
using Sluice.TestBed;
using YamlDotNet.RepresentationModel;

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

    [Fact]
    public async Task Without_flags_it_serves_metrics_and_probes_where_the_Deployment_of_config_expects_them()
    {
        var options = await OptionsAsync();

        var pod = Read("config", "manager", "deployment.yaml")["spec"]["template"];
        var container = pod["spec"]["containers"][0];
        var ports = ((YamlSequenceNode)container["ports"]).Children.ToDictionary(port => port["name"].ToString(), port => port["containerPort"].ToString());
        options.MetricsAddress.Should().Be(ListenAddress.Parse($":{ports["http-prom"]}"));
        pod["metadata"]["annotations"]["prometheus.io/port"].ToString().Should().Be(ports["http-prom"]);
        foreach (var probe in new[] { "livenessProbe", "readinessProbe" })
        {
            options.HealthAddress.Should().Be(ListenAddress.Parse($":{ports[container[probe]["httpGet"]["port"].ToString()]}"), "that is what {0} asks", probe);
        }

        container["args"].ToString().Should().NotContain("-addr=:", "the defaults are what is used there");
    }

    private static async Task<ControllerOptions> OptionsAsync(params string[] flags)
    {
        ControllerOptions? found = null;
        var command = ControllerCommand.Create((options, _) =>
        {
            found = options;
            return Task.FromResult(0);
        });
        (await command.Parse(flags).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken)).Should().Be(0);
        return found!;
    }

    private static YamlNode Read(params string[] path)
    {
        var yaml = new YamlStream();
        using var file = File.OpenText(RepositoryRoot.Combine(path));
        yaml.Load(file);
        return yaml.Documents[0].RootNode;
    }

    private static IEnumerable<string> Errors(params string[] flags) =>
        ControllerCommand.Create((_, _) => Task.FromResult(0)).Parse(flags).Errors.Select(error => error.Message);
}
