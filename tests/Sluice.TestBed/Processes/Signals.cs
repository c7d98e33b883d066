using System.Runtime.InteropServices;

namespace Sluice.TestBed.Processes;

/// <summary>Unix signals, which .NET's <see cref="System.Diagnostics.Process"/> cannot send but for SIGKILL.</summary>
public static class Signals
{
    /// <summary>SIGSTOP: the process stands still until <see cref="Continue"/>.</summary>
    public const int Stop = 19;

    /// <summary>SIGCONT.</summary>
    public const int Continue = 18;

    /// <summary>SIGHUP: the terminal is closed.</summary>
    public const int Hangup = 1;

    /// <summary>SIGINT: Ctrl-C.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGQUIT: Ctrl-\.</summary>
    public const int Quit = 3;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal to a process; by a negative number to every process of that group, as a terminal does.</summary>
    /// <returns>0, also when the process is gone already; else the error number.</returns>
    public static int Send(int processId, int signal) =>
        Kill(processId, signal) == 0 || Marshal.GetLastPInvokeError() == NoSuchProcess ? 0 : Marshal.GetLastPInvokeError();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);
}
