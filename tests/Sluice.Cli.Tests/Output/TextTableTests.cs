using Sluice.Cli.Output;

namespace Sluice.Cli.Tests.Output;

public sealed class TextTableTests
{
    [Fact]
    public void Columns_are_aligned_by_three_spaces_and_lines_end_where_their_text_does()
    {
        var table = new TextTable("NAME", "STATE", "MESSAGE");
        table.Add("sre-approval", new Cell("Closed", Tone.Waiting), "Gate closed by default");
        table.Add("qa", new Cell("Opened", Tone.Good), "");
        Printed.By(terminal => table.Print(terminal)).Should().Be(
            """
            NAME           STATE    MESSAGE
            sre-approval   Closed   Gate closed by default
            qa             Opened   -

            """);
    }

    [Fact]
    public void A_line_is_never_broken_or_cut_however_long_it_is()
    {
        var table = new TextTable("MESSAGE");
        table.Add(new string('x', 5000));
        Printed.By(terminal => table.Print(terminal), colour: true).Should().Contain(new string('x', 5000) + "\n");
    }

    [Fact]
    public void Only_a_terminal_gets_colours()
    {
        var table = new TextTable("STATE");
        table.Add(new Cell("Opened", Tone.Good));
        Printed.By(terminal => table.Print(terminal), colour: true).Should().Contain("\u001b[").And.Contain("Opened");
        Printed.By(terminal => table.Print(terminal)).Should().NotContain("\u001b");
        Printed.By(terminal => table.Print(terminal.WithoutColour()), colour: true).Should().NotContain("\u001b");
    }

    [Fact]
    public void Text_from_the_cluster_cannot_steer_the_terminal()
    {
        var table = new TextTable("MESSAGE");
        table.Add("harmless\u001b[2J\r\nError: \u202Edorp");
        Printed.By(terminal => table.Print(terminal)).Should().Be("MESSAGE\nharmless [2J  Error:  dorp\n");
    }
}
