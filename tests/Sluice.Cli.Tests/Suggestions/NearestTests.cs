using Sluice.Cli.Suggestions;

namespace Sluice.Cli.Tests.Suggestions;

public sealed class NearestTests
{
    private static readonly string[] Gates = ["sre-approval", "qa-approval", "maintenance", "qa"];

    [Theory]
    [InlineData("sre-aproval", "sre-approval")]
    [InlineData("sre-approvla", "sre-approval")]
    [InlineData("SRE-APPROVAL", "sre-approval")]
    [InlineData("maintenence", "maintenance")]
    [InlineData("q", "qa")]
    public void A_mistyped_name_finds_the_one_that_was_meant(string word, string meant) =>
        Nearest.To(word, Gates).Should().StartWith(meant);

    [Fact]
    public void A_part_of_a_name_finds_every_name_that_has_it() =>
        Nearest.To("approval", Gates).Should().Equal("qa-approval", "sre-approval");

    [Theory]
    [InlineData("production")]
    [InlineData("x")]
    [InlineData("")]
    public void What_is_like_nothing_finds_nothing(string word) => Nearest.To(word, Gates).Should().BeEmpty();

    [Fact]
    public void The_question_reads_as_a_sentence()
    {
        Nearest.Question([]).Should().BeNull();
        Nearest.Question(["a"]).Should().Be("did you mean a?");
        Nearest.Question(["a", "b", "c"]).Should().Be("did you mean a, b or c?");
    }

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "SAME", 0)]
    public void The_distance_counts_letters_changed(string left, string right, int distance)
    {
        EditDistance.Between(left, right).Should().Be(distance);
        EditDistance.Between(right, left).Should().Be(distance);
    }
}
