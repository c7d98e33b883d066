using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Windows;

/// <summary>What the API server knows to be wrong about a window, it refuses.</summary>
public sealed class WindowSpecTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Theory]
    [InlineData("""{"timeZone": "Mars/Olympus"}""", "spec.timeZone", "Mars/Olympus")]
    [InlineData("""{"timeZone": "+02:00"}""", "spec.timeZone", "should match")]
    [InlineData("""{"margin": "0s"}""", "spec.margin", "must be greater than zero, found 0s")]
    [InlineData("""{"margin": "99999999999h"}""", "spec.margin", "must be less than 1000000h, found 99999999999h")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@daily", "duration": "99999999999h"}]}""", "spec.windows[0].duration", "must be less than 1000000h, found 99999999999h")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "0 2 * * *", "duration": "1h", "timeZone": "Europe/Atlantis"}]}""", "spec.windows[0].timeZone", "Europe/Atlantis")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "0 24 * * *", "duration": "1h"}]}""", "spec.windows[0].cron", "must be five fields")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "0 0 2 * * *", "duration": "1h"}]}""", "spec.windows[0].cron", "found 0 0 2 * * *")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@every 1h", "duration": "1h"}]}""", "spec.windows[0].cron", "macro")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@daily", "duration": "0m"}]}""", "spec.windows[0].duration", "must be greater than zero, found 0m")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@daily", "duration": "-1h"}]}""", "spec.windows[0].duration", "should match")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@daily"}]}""", "spec.windows[0]", "cron and duration must be given together")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "start": "2026-11-23T00:00:00Z"}]}""", "spec.windows[0]", "start and end must be given together")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "start": "2026-11-23T00:00:00Z", "end": "2026-11-22T00:00:00Z"}]}""", "spec.windows[0].end", "must be after the start")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "start": "2026-11-23T01:00:00+01:00", "end": "2026-11-23T00:00:00Z"}]}""", "spec.windows[0].end", "must be after the start")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "start": "tomorrow", "end": "2026-11-22T00:00:00Z"}]}""", "spec.windows[0].start", "date-time")]
    [InlineData("""{"windows": [{"name": "w", "action": "open"}]}""", "spec.windows[0]", "exactly one of")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@daily", "duration": "1h", "start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z"}]}""", "spec.windows[0]", "exactly one of")]
    [InlineData("""{"windows": [{"name": "w", "action": "ajar", "cron": "@daily", "duration": "1h"}]}""", "spec.windows[0].action", "\"open\", \"close\"")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@daily", "duration": "1h"}, {"name": "w", "action": "close", "cron": "@daily", "duration": "1h"}]}""", "spec.windows[1]", "Duplicate")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "@daily", "duration": "1h", "exceptDates": ["2026-02-30"]}]}""", "spec.windows[0].exceptDates[0]", "date")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z", "timeZone": "Europe/Berlin"}]}""", "spec.windows[0]", "timeZone and exceptDates are not for a window with start and end")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "calendar": {"configMapRef": {"name": "holidays"}}}]}""", "spec.windows[0].calendar.configMapRef.key", "Required value")]
    public async Task A_window_that_makes_no_sense_is_refused_with_the_field_and_what_is_allowed(string spec, string field, string allowed)
    {
        var ns = await cluster.NewNamespaceAsync();
        var refused = await Assert.ThrowsAsync<KubernetesApiException>(() => cluster.CreateGateAsync(ns, "gate", spec));
        refused.StatusCode.Should().Be(422);
        refused.Message.Should().Contain(field).And.Contain(allowed);
    }

    [Theory]
    [InlineData("""{"timeZone": "America/Argentina/Buenos_Aires"}""")]
    [InlineData("""{"timeZone": "Etc/GMT+5", "margin": "15m"}""")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "*/15 9-17 1,15 JAN-MAR mon-FRI", "duration": "1h30m", "timeZone": "Europe/Berlin", "exceptDates": ["2026-12-24"]}]}""")]
    [InlineData("""{"windows": [{"name": "w", "action": "open", "cron": "0 0 L * ?", "duration": "1h"}, {"name": "v", "action": "open", "cron": "0 0 * * 5#2", "duration": "1h"}]}""")]
    [InlineData("""{"windows": [{"name": "w", "action": "close", "start": "2026-11-23T00:00:00+01:00", "end": "2026-11-23T00:00:00Z"}]}""")]
    [InlineData("""{"windows": [{"name": "w", "action": "close", "calendar": {"configMapRef": {"name": "holidays", "key": "de.ics"}}, "timeZone": "Europe/Berlin"}]}""")]
    public async Task A_window_that_makes_sense_is_accepted(string spec)
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", spec);
        (await cluster.GetAsync(FluxResources.Gate, ns, "gate")).Should().NotBeNull();
    }
}
