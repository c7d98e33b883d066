using CsCheck;
using Sluice.Gating.Requirements;

namespace Sluice.Gating.Tests.Requirements;

public sealed class GateReferenceTests
{
    private static readonly Gen<string> Names = Gen.OneOf("sre-approval", "qa", "0", "a.b-c.d", "maintenance");
    private static readonly Gen<string> Spaces = Gen.OneOf("", " ", "\t", "\n  ");

    [Theory]
    [InlineData("sre-approval", "apps/sre-approval")]
    [InlineData("sre-approval,flux-system/maintenance", "apps/sre-approval flux-system/maintenance")]
    [InlineData(" sre-approval ,\n  flux-system/maintenance\n", "apps/sre-approval flux-system/maintenance")]
    [InlineData("a,b,a", "apps/a apps/b")]
    [InlineData("a,apps/a", "apps/a")]
    [InlineData("a,other/a", "apps/a other/a")]
    [InlineData("b,a", "apps/b apps/a")]
    [InlineData("v1.2-rc.1", "apps/v1.2-rc.1")]
    [InlineData(null, "")]
    public void A_list_names_gates_in_the_objects_own_namespace_or_in_another(string? list, string expected)
    {
        var references = GateReference.ParseList(list, "apps", out var unreadable);

        string.Join(' ', references).Should().Be(expected);
        unreadable.Should().BeEmpty();
    }

    [Theory]
    [InlineData(",", "|")]
    [InlineData("", "")]
    [InlineData("  \n", "")]
    [InlineData("a,", "")]
    [InlineData("a,,b", "")]
    [InlineData("A", "A")]
    [InlineData("sre_approval", "sre_approval")]
    [InlineData("-a", "-a")]
    [InlineData("a-", "a-")]
    [InlineData("a..b", "a..b")]
    [InlineData(".a", ".a")]
    [InlineData("a.", "a.")]
    [InlineData("a b", "a b")]
    [InlineData("a;b", "a;b")]
    [InlineData("a/b/c", "a/b/c")]
    [InlineData("/a", "/a")]
    [InlineData("a/", "a/")]
    [InlineData("/", "/")]
    [InlineData("ns /a", "ns /a")]
    [InlineData("ä", "ä")]
    [InlineData("*", "*")]
    [InlineData("A,B,good", "A|B")]
    public void An_entry_that_is_no_gates_name_is_given_back_as_it_stands(string list, string expected)
    {
        GateReference.ParseList(list, "apps", out var unreadable);
        unreadable.IsEmpty.Should().BeFalse();
        string.Join('|', unreadable).Should().Be(expected);
    }

    [Fact]
    public void A_name_is_no_longer_than_Kubernetes_allows()
    {
        GateReference.ParseList(new string('a', 253), "apps", out var unreadable).Should().ContainSingle();
        unreadable.Should().BeEmpty();
        GateReference.ParseList(new string('a', 254), "apps", out unreadable).Should().BeEmpty();
        unreadable.Should().ContainSingle();
    }

    [Fact]
    public void Every_list_of_good_names_is_read_in_its_order_and_each_gate_once() =>
        Gen.Select(Gen.OneOf("", "apps/", "flux-system/"), Names, Spaces, Spaces).Array[1, 8].Sample(
            entries =>
            {
                var references = GateReference.ParseList(string.Join(',', entries.Select(e => e.Item3 + e.Item1 + e.Item2 + e.Item4)), "apps", out var unreadable);
                var expected = entries.Select(e => (e.Item1.Length == 0 ? "apps/" : e.Item1) + e.Item2).Distinct();
                return unreadable.IsEmpty && references.Select(r => r.ToString()).SequenceEqual(expected);
            },
            iter: 5_000);

    [Fact]
    public void No_entry_is_lost_every_one_is_a_gate_or_given_back() =>
        Gen.Char["ab-./ A,"].Array[1, 12].Select(characters => new string(characters)).Where(list => list.Trim().Length > 0).Sample(
            list =>
            {
                var references = GateReference.ParseList(list, "apps", out var unreadable);
                return list.Split(',').Select(entry => entry.Trim()).All(entry =>
                    unreadable.Contains(entry) ^ references.Any(r => r.ToString() == (entry.Contains('/', StringComparison.Ordinal) ? entry : "apps/" + entry)));
            },
            iter: 20_000);
}
