using System.Text.Json.Nodes;
using Sluice.Cli.Checking;

namespace Sluice.Cli.Tests.Checking;

public sealed class CheckTests
{
    [Theory]
    [InlineData("v1.36.4", "Right")]
    [InlineData("v1.30.0", "Right")]
    [InlineData("v1.31.4-eks-2d5f260", "Right")]
    [InlineData("v1.30.5+k3s1", "Right")]
    [InlineData("v1.29.9", "Wrong")]
    [InlineData("v1.9", "Wrong")]
    [InlineData("v2.0.0", "Right")]
    [InlineData("devel", "Notice")]
    [InlineData(null, "Notice")]
    public void The_API_server_must_be_1_30_or_newer(string? version, string result) =>
        ServerVersion.Check("https://127.0.0.1/", version).Result.ToString().Should().Be(result);

    [Fact]
    public void A_lease_that_is_renewed_in_time_says_who_leads()
    {
        var line = LeaseCheck.Check(Lease("controller-0", "2026-03-26T10:16:50.000000Z"), "flux-system", Moment.Now);
        line.Result.Should().Be(CheckResult.Right);
        line.Text.Should().Be("sluice-controller runs: Lease 'sluice-controller-leader-election' in namespace 'flux-system', held by 'controller-0', renewed 10s ago");
    }

    [Fact]
    public void A_lease_that_has_run_out_is_wrong() =>
        LeaseCheck.Check(Lease("controller-0", "2026-03-26T10:16:00.000000Z"), "flux-system", Moment.Now).Result.Should().Be(CheckResult.Wrong);

    [Fact]
    public void A_lease_that_nobody_holds_is_wrong() =>
        LeaseCheck.Check(Lease("", "2026-03-26T10:16:59.000000Z"), "flux-system", Moment.Now).Text.Should().Contain("nobody holds the Lease");

    [Fact]
    public void No_lease_is_wrong_and_the_advice_names_the_flag() =>
        LeaseCheck.Check(null, "flux-system", Moment.Now).Advice.Should().Contain("--controller-namespace");

    private static JsonObject Lease(string holder, string renewed) =>
        new() { ["spec"] = new JsonObject { ["holderIdentity"] = holder, ["renewTime"] = renewed, ["leaseDurationSeconds"] = 35 } };
}
