using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sluice.TestBed.Processes;

/// <summary>The machine's clock.</summary>
public static class SystemClock
{
    private const int ClockRealtime = 0;
    private const int NotPermitted = 1;

    /// <summary>
    /// Sets the clock to the time that it shows, which changes next to nothing, and is for the kernel a clock that was set.
    /// </summary>
    /// <returns>False where that is not permitted: it needs <c>CAP_SYS_TIME</c>, which root has, or sudo that asks for no password.</returns>
    /// <exception cref="InvalidOperationException">It failed otherwise.</exception>
    public static bool TrySetToItself()
    {
        _ = GetTime(ClockRealtime, out var now);
        return SetTime(ClockRealtime, now) == 0
            || (Marshal.GetLastPInvokeError() == NotPermitted ? TryBySudo() : throw new InvalidOperationException($"clock_settime failed with error {Marshal.GetLastPInvokeError()}"));
    }

    private static bool TryBySudo()
    {
        try
        {
            using var sudo = Process.Start(new ProcessStartInfo("sudo", ["-n", "sh", "-c", "date -s @$(date +%s.%N)"]) { RedirectStandardOutput = true, RedirectStandardError = true });
            sudo!.WaitForExit();
            return sudo.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // There is no sudo.
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
