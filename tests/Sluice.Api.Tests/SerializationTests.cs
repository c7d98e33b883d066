using System.Text.Json;
using Sluice.Api.Gates;
using Sluice.Api.Serialization;
using Sluice.Gating.Gates;

namespace Sluice.Api.Tests;

/// <summary>What is missing in the JSON has the default that the types state.</summary>
public sealed class SerializationTests
{
    [Fact]
    public void A_gate_that_says_nothing_is_closed_by_default_and_was_never_looked_at()
    {
        var gate = Read("""{"metadata": {"name": "g"}, "status": {}}""");
        gate.Spec.ToRules(NoCalendars.Instance).Should().BeEquivalentTo(new GateRules { Default = GateState.Closed });
        gate.Status!.ObservedGeneration.Should().Be(-1);
        gate.ApiVersion.Should().Be(ApiGroup.ApiVersion);
        gate.Spec.IntervalOrDefault().Should().Be(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_namespace_selector_without_labels_selects_every_namespace_as_in_Flux() =>
        Read("""{"metadata": {"name": "g"}, "spec": {"accessFrom": {"namespaceSelectors": [{}]}}}""").Spec.AccessFrom!
            .Admits(new Dictionary<string, string> { ["any"] = "thing" }).Should().BeTrue();

    [Fact]
    public void A_gate_without_selectors_admits_no_other_namespace() =>
        Read("""{"metadata": {"name": "g"}, "spec": {"accessFrom": {}}}""").Spec.AccessFrom!.Admits(new Dictionary<string, string>()).Should().BeFalse();

    [Theory]
    [InlineData("prod", true)]
    [InlineData("dev", false)]
    public void A_namespace_selector_selects_by_every_label_that_it_names(string tier, bool admitted) =>
        Read("""{"metadata": {"name": "g"}, "spec": {"accessFrom": {"namespaceSelectors": [{"matchLabels": {"tier": "prod", "team": "a"}}]}}}""").Spec.AccessFrom!
            .Admits(new Dictionary<string, string> { ["tier"] = tier, ["team"] = "a" }).Should().Be(admitted);

    private static Gate Read(string json) => JsonSerializer.Deserialize(json, ApiJson.Default.Gate)!;
}
