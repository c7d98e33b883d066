using System.Net;
using Sluice.Controller.Hosting;

namespace Sluice.Controller.Tests.Hosting;

public class ListenAddressTests
{
    [Theory]
    [InlineData(":8080", null, 8080)]
    [InlineData("0.0.0.0:8080", "0.0.0.0", 8080)]
    [InlineData("127.0.0.1:0", "127.0.0.1", 0)]
    [InlineData("[::1]:9440", "::1", 9440)]
    [InlineData("[::]:9440", "::", 9440)]
    [InlineData("localhost:65535", "127.0.0.1", 65535)]
    public void An_address_is_read_as_Flux_writes_it(string text, string? address, int port)
    {
        var read = ListenAddress.Parse(text);

        read.IsOn.Should().BeTrue();
        read.Address.Should().Be(address is null ? null : IPAddress.Parse(address));
        read.Port.Should().Be(port);
        ListenAddress.Parse(read.ToString()).Should().Be(read, "what is printed can be read again");
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData(null)]
    public void Zero_or_nothing_turns_the_endpoint_off(string? text)
    {
        ListenAddress.Parse(text).IsOn.Should().BeFalse();
        ListenAddress.Parse(text).ToString().Should().Be("0");
    }

    [Theory]
    [InlineData("8080", "no port")]
    [InlineData("127.0.0.1", "no port")]
    [InlineData(":", "'' is not a port")]
    [InlineData(":http", "'http' is not a port")]
    [InlineData(":65536", "'65536' is not a port")]
    [InlineData(":-1", "'-1' is not a port")]
    [InlineData(": 80", "' 80' is not a port")]
    [InlineData("::1:8080", "'::1' is not an IP address")]
    [InlineData("[127.0.0.1]:8080", "'[127.0.0.1]' is not an IP address")]
    [InlineData("127.1:8080", "'127.1' is not an IP address")]
    [InlineData("example.org:8080", "'example.org' is not an IP address")]
    [InlineData("http://127.0.0.1:8080", "'http://127.0.0.1' is not an IP address")]
    public void A_wrong_address_is_refused_with_what_is_wrong_and_what_is_allowed(string text, string wrong)
    {
        ListenAddress.TryParse(text, out var address, out var error).Should().BeFalse();

        address.IsOn.Should().BeFalse();
        error.Should().Contain($"'{text}'").And.Contain(wrong).And.Contain("write :8080");
        FluentActions.Invoking(() => ListenAddress.Parse(text)).Should().Throw<FormatException>().WithMessage(error!);
    }
}
