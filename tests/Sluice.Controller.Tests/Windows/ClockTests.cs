using System.Runtime.InteropServices;
using Sluice.Controller.Tests.Clusters;

namespace Sluice.Controller.Tests.Windows;

public sealed class ClockTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private const int ClockRealtime = 0;
    private const int NotPermitted = 1;

    [Fact]
    public async Task A_controller_is_told_at_once_when_the_clock_of_its_machine_is_set()
    {
        // To the time that it shows: next to nothing changes, but for the kernel it is a clock that was set. It needs root.
        _ = GetTime(ClockRealtime, out var now);
        if (SetTime(ClockRealtime, now) != 0)
        {
            Assert.SkipWhen(Marshal.GetLastPInvokeError() == NotPermitted, "to set the clock needs CAP_SYS_TIME");
        }

        await sluice.Controller.Process.WaitForLineAsync("the clock was set, or the machine slept", TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
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
