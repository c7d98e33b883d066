using System.Text.Json.Nodes;
using Sluice.Cli.Output;
using YamlDotNet.RepresentationModel;

namespace Sluice.Cli.Tests.Output;

public sealed class YamlTextTests
{
    [Fact]
    public void An_object_reads_as_kubectl_writes_it() => YamlText.Of(JsonNode.Parse(
        """
        {"apiVersion":"v1","metadata":{"name":"sre-approval","annotations":{"open.gate.fluxcd.io/requestedAt":"2026-03-26T10:00:00Z"}},
         "spec":{"interval":"30s","items":[{"a":1,"b":true},{}],"none":[],"nothing":null,"share":0.5}}
        """)!).Should().Be(
        """
        apiVersion: v1
        metadata:
          name: sre-approval
          annotations:
            open.gate.fluxcd.io/requestedAt: "2026-03-26T10:00:00Z"
        spec:
          interval: 30s
          items:
          - a: 1
            b: true
          - {}
          none: []
          nothing: null
          share: 0.5

        """);

    [Theory]
    [InlineData("")]
    [InlineData("yes")]
    [InlineData("NO")]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("true")]
    [InlineData("1.30")]
    [InlineData("0x1f")]
    [InlineData("0o17")]
    [InlineData("1_000")]
    [InlineData("12:30:45")]
    [InlineData("1e3")]
    [InlineData(".inf")]
    [InlineData("2026-03-26")]
    [InlineData("2026-03-26T10:00:00Z")]
    public void A_string_that_would_be_read_as_something_else_is_quoted(string text) =>
        YamlText.Of(new JsonObject { ["a"] = text }).Should().Be($"a: \"{text}\"\n");

    [Theory]
    [InlineData("main@sha1:0123")]
    [InlineData("1h30m")]
    [InlineData("app v2")]
    [InlineData("10.0.0.1")]
    public void A_string_that_can_only_be_a_string_is_not_quoted(string text) =>
        YamlText.Of(new JsonObject { ["a"] = text }).Should().Be($"a: {text}\n");

    [Theory]
    [InlineData("- a list?")]
    [InlineData("key: value")]
    [InlineData("a # comment")]
    [InlineData("#")]
    [InlineData("{a")]
    [InlineData("*star")]
    [InlineData("&and")]
    [InlineData("!tag")]
    [InlineData("%percent")]
    [InlineData("@at")]
    [InlineData("'single' \"double\"")]
    [InlineData(" spaces around ")]
    [InlineData("two\nlines\n")]
    [InlineData("two\n  lines, the second indented")]
    [InlineData("\n\nlate")]
    [InlineData("tab\tand\r\nreturn")]
    [InlineData("bell\u0007 escape\u001b")]
    [InlineData("Grüße, 世界 🚪")]
    public void Whatever_a_string_holds_a_reader_gets_it_back(string text)
    {
        var stream = new YamlStream();
        var written = YamlText.Of(new JsonObject { ["a"] = new JsonArray(text), [text] = 1 });
        stream.Load(new StringReader(written));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        ((YamlScalarNode)((YamlSequenceNode)root["a"])[0]).Value.Should().Be(text, "it was written as\n{0}", written);
        root.Children.ContainsKey(new YamlScalarNode(text)).Should().BeTrue("the key was written as\n{0}", written);
    }
}
