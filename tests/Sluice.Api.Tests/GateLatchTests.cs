using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Sluice.Api.Gates;
using Sluice.Api.Serialization;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;

namespace Sluice.Api.Tests;

/// <summary>What a gate has latched goes through its status, and comes back the same after any restart.</summary>
public sealed class GateLatchTests
{
    private static readonly Gen<DateTimeOffset> Instants = Gen.Long[DateTimeOffset.UnixEpoch.Ticks, DateTimeOffset.MaxValue.Ticks]
        .Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    private static readonly Gen<string?> Texts = Gen.OneOf(Gen.Const((string?)null), Gen.String.Select(text => (string?)text.Replace('\ud800', 'x')).Where(IsWellFormed));

    private static readonly Gen<GateState> States = Gen.Bool.Select(opened => opened ? GateState.Opened : GateState.Closed);

    private static readonly Gen<GateRequest?> Requests =
        from isThere in Gen.Bool
        from target in States
        from stamp in Instants
        from requestedAt in Instants
        from hasEnd in Gen.Bool
        from resetAt in Instants
        from revision in Texts
        from who in Texts
        from reason in Texts
        select isThere
            ? new GateRequest { Target = target, Stamp = stamp, RequestedAt = requestedAt, ResetAt = hasEnd ? resetAt : null, Revision = revision, By = who, Reason = reason }
            : null;

    private static readonly Gen<LatchedRequests> Latches =
        from current in Requests
        from open in Texts
        from close in Texts
        from ahead in Gen.Select(States, Instants, (target, stamp) => new TakenStamp(target, stamp)).Array[0, 20]
        select new LatchedRequests { Current = current, HandledOpen = open, HandledClose = close, TakenAhead = [.. ahead] };

    [Fact]
    public void What_is_latched_comes_back_from_the_status_to_the_last_tick() => Latches.Sample(latched =>
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new GateStatus().WithLatched(latched), ApiJson.Default.GateStatus);
        var back = JsonSerializer.Deserialize(json, ApiJson.Default.GateStatus).ReadLatched();
        return back.Current == latched.Current && back.HandledOpen == latched.HandledOpen && back.HandledClose == latched.HandledClose
            && back.TakenAhead.AsSpan().SequenceEqual(latched.TakenAhead.AsSpan());
    });

    [Fact]
    public void A_gate_without_a_status_has_latched_nothing() => ((GateStatus?)null).ReadLatched().Should().BeSameAs(LatchedRequests.None);

    [Fact]
    public void A_request_is_said_to_come_from_the_field_manager_that_wrote_it_which_is_no_user()
    {
        var gate = JsonSerializer.Deserialize(
            """
            {"metadata": {"name": "g", "namespace": "n", "annotations": {"open.gate.fluxcd.io/requestedAt": "2026-03-26T10:00:00Z"}, "managedFields": [
              {"manager": "older", "operation": "Update", "time": "2026-03-26T09:00:00Z", "fieldsV1": {"f:metadata": {"f:annotations": {"f:open.gate.fluxcd.io/requestedAt": {}}}}},
              {"manager": "kubectl-annotate", "operation": "Update", "time": "2026-03-26T10:00:00Z", "fieldsV1": {"f:metadata": {"f:annotations": {"f:open.gate.fluxcd.io/requestedAt": {}}}}}]}}
            """,
            ApiJson.Default.Gate)!;
        gate.ReadRequests(trustRequestedBy: false).OpenBy.Should().Be("manager:kubectl-annotate");
        gate.ReadRequests(trustRequestedBy: false).CloseBy.Should().BeNull("nobody asked to close it");
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("opened", "1h", "1.5m", null)]
    [InlineData("open", null, null, "spec.default: 'open' is not a state; expected 'opened' or 'closed'")]
    [InlineData(null, "0s", null, "spec.window: '0s' is not a window; expected a duration greater than zero, for example '1h30m'")]
    [InlineData(null, "an hour", null, "spec.window: 'an hour' is not a window; expected a duration greater than zero, for example '1h30m'")]
    [InlineData(null, null, "10ms", "spec.interval: '10ms' is not an interval; expected a duration of at least one second, for example '1m'")]
    [InlineData(null, null, "often", "spec.interval: 'often' is not an interval; expected a duration of at least one second, for example '1m'")]
    public void A_spec_that_cannot_be_understood_says_which_field_which_value_and_what_is_allowed(string? byDefault, string? window, string? interval, string? fault) =>
        new GateSpec { Default = byDefault, Window = window, Interval = interval }.ToRules(NoCalendars.Instance).Fault.Should().Be(fault);

    private static bool IsWellFormed(string? text) => text is null || !text.Any(char.IsSurrogate);
}
