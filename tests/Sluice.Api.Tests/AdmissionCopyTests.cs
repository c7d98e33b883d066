using System.Text.RegularExpressions;
using Sluice.Api.Gated;

namespace Sluice.Api.Tests;

/// <summary>Policies cannot share an expression, so they have copies of it. What one of them counts as held, named or selected, all must.</summary>
public sealed class AdmissionCopyTests
{
    private const string BornHeld = "sluice-born-held", ByBinding = "sluice-born-held-by-binding", ByClusterBinding = "sluice-born-held-by-cluster-binding";
    private const string Targets = "sluice-targets", TargetNames = "sluice-target-names", Offers = "sluice-offers";
    private const string StaysHeld = "sluice-stays-held", HeldObjects = "sluice-held-objects", Webhook = "gated-objects.gating.toolkit.fluxcd.io";

    /// <summary>The names under which different texts may stand, and why.</summary>
    private static readonly IReadOnlyDictionary<string, string> Different = new Dictionary<string, string>
    {
        ["rights"] = "sluice-gate-rights asks about the one gate that is written, sluice-held-objects about each that an object names",
        ["gate"] = "an approval names its gate, a gate has its own name",
        ["configures"] = "sluice-gated-sources is asked about the status, too, which is no configuration",
        ["how"] = "each names the roles that have what it asks for",
        ["claims"] = "gates have two requests in annotations, gated sources one",
        ["what"] = "each is about other kinds",
        ["weakens"] = "a held object names gates by annotation, a gated source in its spec",
        ["gates"] = "sluice-gated-sources asks about gates, sluice-held-objects has a list of them",
        ["not-sluice"] = "targets are written by another field manager than holds",
        [AdmissionExpression.Mutation] = "each policy changes what it is there for; what they have in common is compared below",
    };

    public static TheoryData<string> Names =>
        [.. AdmissionExpression.All.GroupBy(expression => expression.Name).Where(copies => copies.Count() > 1).Select(copies => copies.Key)];

    public static TheoryData<string> Gating => [.. AdmissionExpression.Kinds.Where(kinds => kinds.Key is not (Targets or TargetNames or Offers) && kinds.Value.Intersect(OfFlux).Any()).Select(kinds => kinds.Key)];

    private static IEnumerable<string> OfFlux => GatedKind.OfFlux.Select(kind => $"{kind.Group}/{kind.Plural}");

    [Theory]
    [MemberData(nameof(Names))]
    public void Expressions_of_one_name_are_one_text(string name)
    {
        var copies = AdmissionExpression.All.Where(expression => expression.Name == name).ToList();
        var texts = string.Join('\n', copies.GroupBy(copy => copy.Text).Select(same => $"{string.Join(", ", same.Select(copy => copy.Owner))}: {same.Key}"));
        (texts.Split('\n').Length > 1).Should().Be(
            Different.ContainsKey(name), "what has the same name is the same, unless it is said above why it is not; '{0}' is in\n{1}", name, texts);
    }

    [Theory]
    [MemberData(nameof(Gating))]
    public void Each_is_asked_about_all_kinds_that_can_be_held_and_about_no_other(string owner) =>
        AdmissionExpression.Kinds[owner].Should().BeEquivalentTo(OfFlux);

    [Fact]
    public void That_of_targets_is_asked_about_the_kinds_that_can_be_pinned_and_their_statuses() => AdmissionExpression.Kinds[Targets].Should().BeEquivalentTo(
    [
        "source.toolkit.fluxcd.io/gitrepositories", "source.toolkit.fluxcd.io/gitrepositories/status", "source.toolkit.fluxcd.io/ocirepositories",
        "source.toolkit.fluxcd.io/ocirepositories/status", "source.toolkit.fluxcd.io/helmcharts", "source.toolkit.fluxcd.io/helmcharts/status",
    ]);

    [Fact]
    public void That_of_what_sources_offer_is_asked_about_their_statuses() =>
        AdmissionExpression.Kinds[Offers].Should().BeEquivalentTo(AdmissionExpression.Kinds[Targets].Where(kind => kind.EndsWith("/status", StringComparison.Ordinal)));

    [Fact]
    public void All_that_this_is_about_is_read() =>
        AdmissionExpression.Kinds.Keys.Should().Contain([BornHeld, ByBinding, ByClusterBinding, StaysHeld, HeldObjects, Webhook, "sluice-controller-limits", "sluice-gate-rights", "sluice-gate-requester"]);

    [Fact]
    public void The_webhook_is_asked_when_the_policies_would_hold()
    {
        var applied = Text(StaysHeld, "lifts-the-hold-by-server-side-apply");
        var suspends = Text(Webhook, "not-suspended") + " && ";
        applied.Should().StartWith(suspends);
        Text(Webhook, "is-born-or-names-other-gates-or-was-held").Should().Be(
            $"(({Text(BornHeld, "names-gates")}) && ({Text(BornHeld, "is-new-or-names-other-gates-or-is-resumed")}))"
            + $" || (oldObject != null && {Text(StaysHeld, "was-held")} && {applied[suspends.Length..]})");
    }

    [Fact]
    public void What_names_gates_for_one_policy_names_them_for_the_other()
    {
        var names = Text(BornHeld, "names-gates");
        Text(HeldObjects, "names-gates-or-is-held-or-wants-to-pass-once").Should()
            .StartWith($"(object != null && ({names} || ").And.Contain($" || (oldObject != null && ({Before(names)} || ");
    }

    [Theory]
    [InlineData("now", "was")]
    [InlineData("nowLabels", "wasLabels")]
    [InlineData("nowNaming", "wasNaming")]
    public void What_was_is_read_as_what_is(string now, string was) => Text(HeldObjects, was).Should().Be(Before(Text(HeldObjects, now)));

    [Fact]
    public void What_is_born_held_is_held_in_the_same_way_whatever_holds_it()
    {
        var held = Text(BornHeld, AdmissionExpression.Mutation);
        Text(ByBinding, AdmissionExpression.Mutation).Should().Be(held);
        Text(ByClusterBinding, AdmissionExpression.Mutation).Should().Be($"!variables.selectsNamespace ? [] : {held}");
        var parts = held.Split(" + ");
        Text(StaysHeld, AdmissionExpression.Mutation).Should().Be($"{parts[0]} + {parts[^1]}", "what was held has its annotation already");
    }

    [Fact]
    public void The_right_to_each_of_eight_gates_is_asked_for_in_the_same_way()
    {
        var questions = Enumerable.Range(1, 4).Select(i => Text(HeldObjects, $"may{i}")).ToList();
        questions.Should().AllSatisfy(question => question[6..].Should().Be(questions[0][6..]));
        questions.Select(question => question[..6]).Should().Equal("[0, 1]", "[2, 3]", "[4, 5]", "[6, 7]");
    }

    private static string Text(string owner, string name) =>
        AdmissionExpression.All.Where(expression => expression.Owner == owner && expression.Name == name).Should().ContainSingle($"{owner} has one '{name}'").Which.Text;

    private static string Before(string now) => Regex.Replace(now, @"\bobject\b", "oldObject").Replace("variables.now", "variables.was", StringComparison.Ordinal);
}
