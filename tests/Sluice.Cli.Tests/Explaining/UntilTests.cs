using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Explaining;

namespace Sluice.Cli.Tests.Explaining;

/// <summary>Until when something is held is announced where it is known that all of its gates are open then, and not only that each of them opens.</summary>
public sealed class UntilTests
{
    private const string Together = "Until when is not known: its gates must be open together, and one of them may be closed again when another opens.";

    private static readonly (string, string) Both = (GatedAnnotations.Gates, "flux-system/nightly,flux-system/business");

    [Fact]
    public void What_waits_for_two_windows_is_not_said_to_be_released_when_the_second_opens()
    {
        var explanation = Sample.Explain(Held(), Opens("nightly", "02:00"), Opens("business", "08:00"));
        explanation.State.Should().Be(HoldState.Held);
        explanation.Until.Should().BeNull("the first may be closed again");
        explanation.Notes[0].Should().Be(Together);
    }

    [Fact]
    public void It_is_where_both_open_at_once_or_the_first_has_no_windows_to_close_it()
    {
        Sample.Explain(Held(), Opens("nightly", "08:00"), Opens("business", "08:00")).Until.Should().Be(Moment.At("2026-03-27T08:00:00Z"));
        var first = Opens("nightly", "02:00", "RequestExpired");
        Sample.Explain(Held(), first, Opens("business", "08:00")).Until.Should().Be(Moment.At("2026-03-27T08:00:00Z"));
        first = first with { Spec = new GateSpec { Windows = [new GateWindow { Name = "freeze", Action = "close", Cron = "0 5 * * *", Duration = "1h" }] } };
        Sample.Explain(Held(), first, Opens("business", "08:00")).Until.Should().BeNull("a window may close it again");
    }

    [Theory]
    [InlineData("07:00", null)]
    [InlineData("08:00", null)]
    [InlineData("09:00", "08:00")]
    public void A_gate_that_is_open_now_must_still_be_open_then(string closes, string? until)
    {
        var item = Sample.Object(true, Both, (GatedAnnotations.HeldBy, "flux-system/business (GateClosed)"));
        Sample.Explain(item, Closes("nightly", closes), Opens("business", "08:00")).Until.Should().Be(until is null ? null : Moment.At($"2026-03-27T{until}:00Z"));
    }

    [Fact]
    public void So_must_a_gate_of_a_binding()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/business"), (GatedAnnotations.HeldBy, "flux-system/business (GateClosed), flux-system/nightly (GateClosed)"));
        var explanation = Sample.Explain(item, Opens("nightly", "02:00"), Opens("business", "08:00"));
        explanation.Until.Should().BeNull();
        explanation.Notes[0].Should().Be(Together);
        Sample.Explain(item, Closes("nightly", "07:00"), Opens("business", "08:00")).Until.Should().BeNull();
    }

    [Fact]
    public void With_oneOf_the_first_that_opens_is_enough_whatever_the_others_do() =>
        Sample.Explain(Held((GatedAnnotations.Require, "oneOf")), Opens("nightly", "02:00"), Opens("business", "08:00")).Until.Should().Be(Moment.At("2026-03-27T02:00:00Z"));

    private static Cluster.FluxObject Held(params (string, string)[] more) =>
        Sample.Object(true, [Both, (GatedAnnotations.HeldBy, "flux-system/nightly (GateClosed), flux-system/business (GateClosed)"), .. more]);

    private static Gate Opens(string name, string time, string reason = "OpenWindowStarted") =>
        Sample.Gate(name, false, "Gate closed by default", new NextTransition { At = Moment.At($"2026-03-27T{time}:00Z"), To = "opened", Reason = reason });

    private static Gate Closes(string name, string time) =>
        Sample.Gate(name, true, "Gate opened by window", new NextTransition { At = Moment.At($"2026-03-27T{time}:00Z"), To = "closed", Reason = "OpenWindowEnded" });
}
