using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Tells when the wall clock was set, or the machine woke up, so that what is due by the new time is done at once and nothing has to look at
/// the clock again and again. Uses a timer of Linux that the kernel cancels then (<c>TFD_TIMER_CANCEL_ON_SET</c>, timerfd_create(2)).
/// </summary>
public sealed partial class ClockWatch
{
    private const int ClockRealtime = 0;
    private const int CloseOnExec = 0x80000;
    private const int AbsoluteTimeCancelledOnSet = 1 | 2;
    private const int Interrupted = 4;
    private const int Cancelled = 125;

    // No timer of this kind fires before it is cancelled: a time that is not reached.
    private static readonly TimerSpec FarAhead = new() { Seconds = long.MaxValue / 4 };

    private readonly int _timer;
    private readonly ILogger _log;

    private ClockWatch(int timer, ILogger log) => (_timer, _log) = (timer, log);

    /// <summary>Begins to notice changes; null where the kernel cannot tell, and the clock has to be looked at now and then.</summary>
    /// <param name="log">Where changes are told.</param>
    public static ClockWatch? TryOpen(ILogger log)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var timer = CreateTimer(ClockRealtime, CloseOnExec);
        return timer >= 0 && Arm(timer) ? new(timer, log) : null;
    }

    /// <summary>Tells of each change, for as long as the process lives.</summary>
    /// <param name="changed">Called on a thread of its own, which does nothing else.</param>
    public void Tell(Action changed)
    {
        // It waits in the kernel, where no pool thread should.
        new Thread(() => Wait(changed)) { IsBackground = true, Name = "clock" }.Start();
    }

    private void Wait(Action changed)
    {
        while (true)
        {
            if (Read(_timer, out _, sizeof(ulong)) >= 0 || Marshal.GetLastPInvokeError() == Interrupted)
            {
                continue;
            }

            if (Marshal.GetLastPInvokeError() != Cancelled || !Arm(_timer))
            {
                LogLost(Marshal.GetLastPInvokeError());
                return;
            }

            LogChanged();
            changed();
        }
    }

    // Set once more in between, the clock cancels the timer that is just being armed; it is armed all the same.
    private static bool Arm(int timer) => SetTimer(timer, AbsoluteTimeCancelledOnSet, FarAhead, 0) == 0 || Marshal.GetLastPInvokeError() == Cancelled;

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int CreateTimer(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int SetTimer(int timer, int flags, in TimerSpec value, nint previous);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int file, out ulong value, nuint size);

    [LoggerMessage(Level = LogLevel.Information, Message = "the clock was set, or the machine slept: everything that is due is looked at")]
    private partial void LogChanged();

    [LoggerMessage(Level = LogLevel.Error, Message = "changes of the clock are not told any more (error {Error}): after one, gates may be late by their interval")]
    private partial void LogLost(int error);

    // struct itimerspec on 64 bits: an interval, which is not used, and the time.
    [StructLayout(LayoutKind.Sequential)]
    private struct TimerSpec
    {
        public long IntervalSeconds;
        public long IntervalNanoseconds;
        public long Seconds;
        public long Nanoseconds;
    }
}
