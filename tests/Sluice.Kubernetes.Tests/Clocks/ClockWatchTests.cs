using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sluice.Kubernetes.Tests.Clocks;

public sealed class ClockWatchTests
{
    private const int ClockRealtime = 0;
    private const int NotPermitted = 1;

    [Fact]
    public async Task Who_watches_the_clock_is_told_whenever_it_is_set()
    {
        using var told = new SemaphoreSlim(0);
        var watch = ClockWatch.TryOpen(NullLogger.Instance);
        watch.Should().NotBeNull("Linux can tell");
        watch!.Tell(() => told.Release());
        (await told.WaitAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken)).Should().BeFalse("nothing was set");

        for (var time = 0; time < 3; time++)
        {
            SetClockToWhatItIs();
            (await told.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)).Should().BeTrue("the clock was set");
        }
    }

    /// <summary>To set the clock to the time that it shows changes next to nothing, and is a change to the kernel all the same. It needs root.</summary>
    private static void SetClockToWhatItIs()
    {
        _ = GetTime(ClockRealtime, out var now);
        if (SetTime(ClockRealtime, now) != 0)
        {
            Assert.SkipWhen(Marshal.GetLastPInvokeError() == NotPermitted, "to set the clock needs CAP_SYS_TIME");
            throw new InvalidOperationException($"clock_settime failed with error {Marshal.GetLastPInvokeError()}");
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static extern int GetTime(int clock, out TimeSpec value);

    [DllImport("libc", EntryPoint = "clock_settime", SetLastError = true)]
    private static extern int SetTime(int clock, in TimeSpec value);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
